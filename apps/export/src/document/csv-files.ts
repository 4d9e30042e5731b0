import { Readable } from 'node:stream';
import { csvLine } from '@annals/service';
import type { ArchiveEntry } from './archive.js';
import type { Content, DocumentPart } from './document.js';
import { flatten, type Flat } from './flatten.js';

/** Most columns of one file. What has names that clients chose may have any number; the rest stands in `more` as JSON. */
const mostColumns = 500;
const more = 'more';
const pieceChars = 32_768;

/**
 * A part as one CSV file (RFC 4180, UTF-8, with header): a line for each item. Every part is read twice, for the columns
 * and for the lines, and files that stand in it once more: none of it is ever in memory as a whole.
 */
export async function* csvFiles({ manifest, parts }: Content, folder = ''): AsyncGenerator<ArchiveEntry> {
  for (const part of parts) {
    const { columns, files } = await columnsOf(part);
    yield { name: `${folder}${part.part}.csv`, content: Readable.from(linesOf(part, columns), { objectMode: false }) };
    if (files > 0) yield* filesOf(part, folder);
  }
  const text = `${JSON.stringify({ ...manifest, csv_safe: 1 }, null, 2)}\n`;
  yield { name: `${folder}manifest.json`, content: Readable.from([Buffer.from(text)]) };
}

async function* flatItems({ items_json }: DocumentPart): AsyncGenerator<Flat> {
  for await (const json of items_json()) yield flatten(JSON.parse(json.toString('utf8')));
}

async function columnsOf(part: DocumentPart): Promise<{ columns: string[]; files: number }> {
  const names = new Set<string>();
  let files = 0;
  for await (const flat of flatItems(part)) {
    const found = [...flat.cells.keys(), ...flat.files.map(({ column }) => column)];
    files += flat.files.length;
    for (const name of found) names.add(names.has(name) || names.size < mostColumns ? name : more);
  }
  return { columns: [...names], files };
}

async function* linesOf(part: DocumentPart, columns: readonly string[]): AsyncGenerator<Buffer> {
  let text = csvLine(columns.map((name) => name.replaceAll('\0', '')));
  const known = new Set(columns);
  let files = 0;
  for await (const { cells, files: found } of flatItems(part)) {
    for (const { column, file } of found) cells.set(column, fileName(part, ++files, file.media_type));
    const rest = [...cells].filter(([name]) => !known.has(name) || name === more);
    if (rest.length > 0) cells.set(more, JSON.stringify(Object.fromEntries(rest)));
    text += csvLine(columns.map((name) => cells.get(name) ?? ''));
    if (text.length < pieceChars) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

async function* filesOf(part: DocumentPart, folder: string): AsyncGenerator<ArchiveEntry> {
  let count = 0;
  for await (const { files } of flatItems(part)) {
    for (const { file } of files) {
      const name = folder + fileName(part, ++count, file.media_type);
      yield { name, content: Readable.from([Buffer.from(file.base64, 'base64')]), packed: true };
    }
  }
}

const endings: Readonly<Record<string, string>> = {
  ...{ 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' },
};

const fileName = ({ part }: DocumentPart, count: number, mediaType: string): string =>
  `files/${part}/${count}.${endings[mediaType] ?? 'bin'}`;
