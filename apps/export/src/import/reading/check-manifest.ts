import { AnyExportManifest } from '@annals/contracts';
import type { ReadPart } from './part-reading.js';
import { quoted, refusedFile } from './refused-file.js';

/** Version of the shape of items that is understood, of every part. */
const schemaVersion = 1;

/**
 * What an exported document says of itself.
 * @throws Problem 422 `manifest-unknown`, `manifest-version-unsupported`, `manifest-invalid`, `schema-version-unsupported`
 */
export function manifestOf(value: unknown): AnyExportManifest {
  const said = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (said.format !== 'annals-export') throw refusedFile('manifest-unknown', 'The manifest is none of our exports');
  if (said.format_version !== 1 && said.format_version !== 2) {
    throw refusedFile('manifest-version-unsupported', 'Exports of versions 1 and 2 are understood');
  }
  const { success, data } = AnyExportManifest.safeParse(value);
  if (!success) throw refusedFile('manifest-invalid', 'The manifest does not hold what it should');
  const newer = data.parts.find(({ schema_version }) => schema_version > schemaVersion);
  if (newer)
    throw refusedFile('schema-version-unsupported', `Part ${quoted(newer.part)} was written by a later version`);
  return data;
}

/**
 * Compares what was read with what the manifest says is there: parts, counts and hashes.
 * @throws Problem 422 `manifest-missing`, `manifest-parts-mismatch`, `manifest-count-mismatch`, `manifest-hash-mismatch`
 */
export function checkParts(manifest: AnyExportManifest | undefined, read: ReadonlyMap<string, ReadPart>): void {
  if (!manifest)
    throw refusedFile('manifest-missing', 'The document has no manifest, so nobody can tell whether it is whole');
  const listed = new Map(manifest.parts.map((part) => [part.part, part]));
  const odd = [...listed.keys(), ...read.keys()].find((part) => !listed.has(part) || !read.has(part));
  if (odd !== undefined) {
    throw refusedFile(
      'manifest-parts-mismatch',
      `Part ${quoted(odd)} is in the document or in its manifest, not in both`,
    );
  }
  for (const [part, { items, sha256 }] of read) {
    const said = listed.get(part)!;
    if (said.items !== items) throw wrongCount(part, said.items, items);
    if (said.sha256 !== sha256) {
      throw refusedFile('manifest-hash-mismatch', `Part ${quoted(part)} is not as it was exported: its hash differs`);
    }
  }
}

export const wrongCount = (part: string, said: number, found: number) =>
  refusedFile('manifest-count-mismatch', `Part ${quoted(part)} should have ${said} items and has ${found}`);
