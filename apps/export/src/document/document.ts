import { createHash } from 'node:crypto';
import type { ExportManifest, ManifestPart } from '@annals/contracts';

export const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** One part as the writers of documents take it: read anew by each of them, one item at a time. */
export interface DocumentPart extends ManifestPart {
  /** Each item as JSON. */
  items_json: () => AsyncIterable<Buffer>;
}

/** What a document is made of, whatever its format. The same content gives the same bytes. */
export interface Content {
  manifest: ExportManifest;
  parts: readonly DocumentPart[];
}
