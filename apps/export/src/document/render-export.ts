import { type ExportManifest, Problem } from '@annals/contracts';
import type { KnownExport } from '../export/export.js';
import type { Section, Subject } from '../section/section.js';
import type { Content } from './document.js';
import { particularsOf } from './particulars.js';
import { renderFile } from './render.js';
import { documentName, type DocumentStore, type Measured, sealDocument } from './sealed-document.js';
import { stagedItems } from './staged.js';

/** What goes around the parts, at most: the manifest, and the fonts of a PDF. */
const aroundParts = 1_048_576;

/**
 * Makes the document of an export from its staged parts and puts it in place. Made again it is the same: its time is
 * that of the last part.
 * @param each called with the bytes so far
 * @throws Problem 413 `export-too-large`
 */
export async function renderExport(
  store: DocumentStore,
  state: KnownExport,
  sections: readonly Section[],
  each: (bytes: number) => void,
): Promise<Measured> {
  const { account_id: accountId, user_id: userId, export_id: exportId, limit_bytes } = state.request;
  const place = { subject: userId, accountId, name: documentName(accountId, exportId) };
  return sealDocument(store, place, renderFile(contentOf(store, state, sections, { accountId, userId })), (bytes) => {
    if (bytes > limit_bytes + aroundParts) throw tooLarge(limit_bytes);
    each(bytes);
  });
}

export const tooLarge = (limit: number) =>
  new Problem(
    413,
    'export-too-large',
    `This export would be larger than ${limit} bytes; ask for fewer parts or formats`,
  );

function contentOf(
  store: DocumentStore,
  { request, gathered }: KnownExport,
  sections: readonly Section[],
  subject: Subject,
): Content {
  const { account_id, user_id, export_id, scope, formats } = request;
  const parts = sections.map(({ part, kind, version }) => {
    const noted = gathered.find((each) => each.part === part);
    if (!noted?.staged) throw new Error(`${part} of export ${export_id} is not there`);
    const { items, sha256, bytes = 0, staged } = noted;
    const about = { part, kind, items, sha256, bytes, schema_version: version, ...particularsOf(noted.part) };
    return { ...about, items_json: () => stagedItems(store, { ...subject, exportId: export_id, staged }) };
  });
  const last = gathered.map(({ gathered_at }) => gathered_at ?? '').sort();
  const manifest: ExportManifest = {
    ...{ format: 'annals-export', format_version: 2, export_id, account_id, user_id, scope, formats },
    created_at: last.at(-1) || request.requested_at,
    parts: parts.map(({ items_json: _items, ...listed }) => listed),
  };
  return { manifest, parts };
}
