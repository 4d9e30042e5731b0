import { crc32 } from 'node:zlib';
import { Problem } from '@annals/contracts';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { refusedFile, quoted } from './refused-file.js';
import { requireNoWorkbook } from './sniff.js';

/** Bounds that hold before anything is unpacked. */
const limits = { entries: 500, unpackedBytes: 500 * 1024 * 1024, ratio: 100, smallBytes: 64 * 1024 } as const;

export interface Archive {
  has(name: string): boolean;
  /** The bytes of an entry, checked against its CRC-32 when they end. */
  read(name: string): AsyncIterable<Buffer>;
}

/**
 * Opens an archive of files (APPNOTE.TXT 6.3). Nothing is unpacked before the sizes, names and kinds of all entries have
 * passed, and nothing is ever written to a disk.
 * @throws Problem 422 `archive-malformed`, `archive-too-many-entries`, `archive-too-large`, `archive-path-unsafe`,
 *   `archive-link`, `archive-nested`, `archive-encrypted`, `archive-overlap`; 415 `spreadsheet-unsupported`
 */
export async function openArchive(content: Buffer): Promise<Archive> {
  const zip = await opened(content);
  const entries = await entriesOf(zip);
  const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  const packed = entries.reduce((sum, { compressedSize }) => sum + compressedSize, 0);
  // Entries that share their bytes unpack to any size at all.
  if (packed > content.length) throw refusedFile('archive-overlap', 'Entries of the archive lie over one another');
  if (total > limits.unpackedBytes) {
    throw refusedFile('archive-too-large', `The archive would unpack to more than ${limits.unpackedBytes} bytes`);
  }
  const byName = new Map(entries.map((entry) => [entry.fileName, entry]));
  if (byName.size < entries.length) throw refusedFile('archive-malformed', 'Two entries of the archive have one name');
  return {
    has: (name) => byName.has(name),
    read: (name) => unpacked(zip, byName.get(name)!),
  };
}

const malformed = (cause: unknown) =>
  refusedFile('archive-malformed', 'The archive is not whole, or not as an archive should be', cause);

function opened(content: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(content, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true }, (error, zip) =>
      error ? reject(malformed(error)) : resolve(zip),
    );
  });
}

function entriesOf(zip: ZipFile): Promise<Entry[]> {
  if (zip.entryCount > limits.entries) {
    const detail = `An archive has at most ${limits.entries} entries`;
    return Promise.reject(refusedFile('archive-too-many-entries', detail));
  }
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (entry: Entry) => {
      try {
        requireSound(entry);
      } catch (problem) {
        return reject(problem instanceof Error ? problem : malformed(problem));
      }
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', (error: Error) => reject(isUnsafeName(error) ? unsafePath(error) : malformed(error)));
    zip.readEntry();
  });
}

const isUnsafeName = ({ message }: Error): boolean => /absolute path|relative path|invalid characters/.test(message);
const unsafePath = (cause?: unknown) =>
  refusedFile('archive-path-unsafe', 'A name in the archive leads out of it', cause);

const nested = (fileName: string) => refusedFile('archive-nested', `${quoted(fileName)} is an archive in the archive`);

const fileKind = 0o170000;
const links = 0o120000;

function requireSound(entry: Entry): void {
  const { fileName, compressedSize, uncompressedSize, externalFileAttributes } = entry;
  requireNoWorkbook(fileName);
  if (/(^|\/)\.\.?(\/|$)/.test(fileName)) throw unsafePath();
  if (((externalFileAttributes >>> 16) & fileKind) === links) {
    throw refusedFile('archive-link', `${quoted(fileName)} is a link, and no file`);
  }
  if (/\.(zip|gz|tgz|7z|rar|xz|bz2)$/i.test(fileName)) {
    throw nested(fileName);
  }
  if (entry.isEncrypted()) throw refusedFile('archive-encrypted', `${quoted(fileName)} is encrypted`);
  if (uncompressedSize > limits.smallBytes && uncompressedSize > compressedSize * limits.ratio) {
    const detail = `${quoted(fileName)} would unpack to more than ${limits.ratio} times its size`;
    throw refusedFile('archive-too-large', detail);
  }
}

/** Sizes that differ from what the archive says end the reading, so a bomb cannot lie about itself. */
async function* unpacked(zip: ZipFile, entry: Entry): AsyncIterable<Buffer> {
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, found) => (error ? reject(malformed(error)) : resolve(found)));
  });
  let crc = 0;
  let isFirst = true;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (isFirst && chunk.toString('latin1', 0, 4) === 'PK\x03\x04') throw nested(entry.fileName);
      isFirst = false;
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof Problem ? error : malformed(error);
  }
  if (crc !== entry.crc32) {
    throw refusedFile('archive-malformed', `${quoted(entry.fileName)} is not as it was packed: its checksum differs`);
  }
}
