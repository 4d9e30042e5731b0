import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { digest } from '../document/document.js';

/** Members as an export of an account lists them. */
export function memberItems(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    user: {
      ...{ user_id: randomUUID(), email: `person${n}@example.org`, name: `Pérsön ${n} 🙂`, profile_image: null },
      ...{ status: 'active', email_verified: true, created_at: '2026-01-01T00:00:00.000Z' },
    },
    membership: {
      ...{ role: n % 2 === 0 ? 'VIEWER' : 'EDITOR', since: '2026-01-01T00:00:00.000Z' },
      roles: [
        { role_id: randomUUID(), name: 'Press', valid_from: null, expires_at: null },
        { role_id: randomUUID(), name: 'For a week', valid_from: null, expires_at: '2026-02-01T00:00:00.000Z' },
      ],
    },
    profile: { bio: `Line ${n}\nand another`, social_links: { github: `https://github.com/person${n}` } },
    privacy: { searchable: n % 2 === 0 },
    preferences: { theme: { mode: 'dark' } },
  }));
}

interface DocumentChoices {
  version?: 1 | 2;
  accountId?: string;
  /** Changes the manifest before it is written. */
  manifest?: (said: Record<string, unknown>) => unknown;
}

/** A manifest of an export, of parts as they are. */
export function manifestFor(
  parts: readonly { part: string; items: number; json: string }[],
  { version = 2, accountId = randomUUID() }: DocumentChoices = {},
): Record<string, unknown> {
  return {
    ...{ format: 'annals-export', format_version: version, export_id: randomUUID(), account_id: accountId },
    ...{ user_id: randomUUID(), created_at: '2026-03-01T12:00:00.000Z' },
    ...(version === 2 ? { scope: 'account', formats: ['json'] } : {}),
    parts: parts.map(({ part, items, json }) => ({
      ...{ part, items, sha256: digest(json), schema_version: 1 },
      ...(version === 2
        ? {
            kind: json.startsWith('[') ? 'many' : 'one',
            bytes: Buffer.byteLength(json),
            source: 'identity',
            purposes: [],
          }
        : {}),
    })),
  };
}

/** An exported document in JSON, as exports write it. */
export function documentOf(parts: Record<string, unknown>, choices: DocumentChoices = {}): string {
  const written = Object.entries(parts).map(([part, value]) => ({
    part,
    items: Array.isArray(value) ? value.length : value === null ? 0 : 1,
    json: JSON.stringify(value),
  }));
  const manifest = manifestFor(written, choices);
  const bodies = written.map(({ part, json }) => `${JSON.stringify(part)}:${json}`);
  const said = JSON.stringify(choices.manifest ? choices.manifest(manifest) : manifest);
  return `{"manifest":${said},"parts":{${bodies.join(',')}}}\n`;
}

/** An archive of these files. */
export async function zipOf(files: Record<string, string | Buffer>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return buffer(zip.outputStream as Readable);
}

/** An exported archive of CSV files, with so many items in each part. */
export function archiveOf(
  files: Record<string, string>,
  counts: Record<string, number>,
  choices: DocumentChoices = {},
): Promise<Buffer> {
  const parts = Object.entries(counts).map(([part, items]) => ({ part, items, json: '[]' }));
  const manifest = { ...manifestFor(parts, choices), csv_safe: 1 };
  return zipOf({ 'manifest.json': JSON.stringify(manifest), ...files });
}
