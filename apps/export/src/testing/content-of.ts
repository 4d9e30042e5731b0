import { createHash } from 'node:crypto';
import type { DocumentFormat, ExportPart } from '@annals/contracts';
import type { Content, DocumentPart } from '../document/document.js';
import { measurePart } from '../document/measure-part.js';
import { particularsOf } from '../document/particulars.js';

export const sha256Of = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** A part of a document with these items. */
export function partOf(part: ExportPart, kind: 'one' | 'many', items: readonly unknown[]): DocumentPart {
  const measure = measurePart(kind);
  const json = items.map((item) => Buffer.from(JSON.stringify(item)));
  json.forEach((each) => measure.add(each));
  return {
    ...{ part, kind, schema_version: 1, ...measure.end(), ...particularsOf(part) },
    async *items_json() {
      yield* json;
    },
  };
}

/** What a document in these formats is made of. */
export function contentOf(parts: readonly DocumentPart[], formats: DocumentFormat[] = ['json']): Content {
  return {
    manifest: {
      ...{ format: 'annals-export', format_version: 2, scope: 'self', formats, created_at: '2026-03-01T12:00:00.000Z' },
      export_id: '0190f5a0-0000-7000-8000-00000000000e',
      account_id: '0190f5a0-0000-7000-8000-00000000000a',
      user_id: '0190f5a0-0000-7000-8000-000000000001',
      parts: parts.map(({ items_json: _items, ...listed }) => listed),
    },
    parts,
  };
}
