import { Readable } from 'node:stream';
import type { DocumentFormat } from '@annals/contracts';
import { archiveOf, type ArchiveEntry } from './archive.js';
import { csvFiles } from './csv-files.js';
import type { Content } from './document.js';
import { jsonDocument } from './json-document.js';
import { pdfDocument } from './pdf/pdf-document.js';

export interface FileKind {
  media_type: string;
  ending: string;
}

const kinds: Readonly<Record<DocumentFormat, FileKind>> = {
  json: { media_type: 'application/json', ending: 'json' },
  csv: { media_type: 'application/zip', ending: 'zip' },
  pdf: { media_type: 'application/pdf', ending: 'pdf' },
};

/** What is handed out: the document itself when one format was asked for, an archive with all of them otherwise. */
export const fileKindOf = (formats: readonly DocumentFormat[]): FileKind =>
  formats.length === 1 ? kinds[formats[0]!] : kinds.csv;

const bytes = (content: AsyncIterable<Buffer>): Readable => Readable.from(content, { objectMode: false });

/** The one file of an export, as a stream. */
export function renderFile(content: Content): Readable {
  const { formats, created_at } = content.manifest;
  const [only, ...others] = formats;
  if (only === 'json' && others.length === 0) return bytes(jsonDocument(content));
  if (only === 'pdf' && others.length === 0) return pdfDocument(content);
  return archiveOf(others.length === 0 ? csvFiles(content) : everyFormat(content), new Date(created_at));
}

async function* everyFormat(content: Content): AsyncGenerator<ArchiveEntry> {
  const { formats } = content.manifest;
  if (formats.includes('json')) yield { name: 'export.json', content: bytes(jsonDocument(content)) };
  if (formats.includes('csv')) yield* csvFiles(content, 'csv/');
  if (formats.includes('pdf')) yield { name: 'export.pdf', content: pdfDocument(content) };
}
