import { createHash } from 'node:crypto';
import type { ExportManifest, ExportPart } from '@annals/contracts';
import type { KnownExport } from '../export/export.js';

/** One part, ready to stand in the document. */
export interface RenderedPart {
  part: ExportPart;
  items: number;
  json: string;
  sha256: string;
}

export const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

export function renderPart(part: ExportPart, content: unknown, items: number): RenderedPart {
  const json = JSON.stringify(content);
  return { part, items, json, sha256: digest(json) };
}

/** The exported document: the manifest first, then the parts, one JSON object. */
export function renderDocument(state: KnownExport, parts: readonly RenderedPart[], now: string): Buffer {
  const { account_id, export_id, user_id } = state.request;
  const manifest: ExportManifest = {
    format: 'annals-export',
    format_version: 1,
    ...{ export_id, account_id, user_id },
    created_at: now,
    parts: parts.map(({ part, items, sha256 }) => ({ part, items, sha256, schema_version: 1 })),
  };
  const bodies = parts.map(({ part, json }) => `${JSON.stringify(part)}:${json}`);
  return Buffer.from(`{"manifest":${JSON.stringify(manifest)},"parts":{${bodies.join(',')}}}\n`);
}
