import type { ImportFormat } from '@annals/contracts';
import { Transform } from 'node:stream';
import { refusedFile, wrongKind } from './refused-file.js';

/** What a file is by its first bytes. */
export type FileShape = 'archive' | 'json' | 'csv';

/** As many first bytes as tell what a file is. */
export const headBytes = 1024;

/** First bytes of what people send by mistake. Names and declared types are not looked at: anybody can write those. */
const foreign: readonly (readonly [what: string, bytes: number[]])[] = [
  ['a gzip archive', [0x1f, 0x8b]],
  ['a bzip2 archive', [0x42, 0x5a, 0x68]],
  ['an xz archive', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['a 7z archive', [0x37, 0x7a, 0xbc, 0xaf]],
  ['a Zstandard archive', [0x28, 0xb5, 0x2f, 0xfd]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['a workbook of an old spreadsheet', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a picture', [0xff, 0xd8, 0xff]],
];

/** Byte order marks of what is no UTF-8 (RFC 3629 §6 and the Unicode standard §23.8). */
const otherEncodings: readonly number[][] = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];
const byteOrderMark = [0xef, 0xbb, 0xbf];
const zip = [0x50, 0x4b, 0x03, 0x04];
const emptyZip = [0x50, 0x4b, 0x05, 0x06];

/**
 * What a file is by its content.
 * @param head its first bytes, all of them when it is shorter than `headBytes`
 * @throws Problem 415 `file-kind-unsupported`, `spreadsheet-unsupported`, `encoding-unsupported`, `format-mismatch`; 422 `file-blank`
 */
export function shapeOf(head: Buffer, format: ImportFormat): FileShape {
  const begins = (bytes: readonly number[]) => bytes.every((byte, at) => head[at] === byte);
  if (otherEncodings.some(begins)) throw wrongKind('encoding-unsupported', 'Save the file as UTF-8; this is UTF-16');
  const [what] = foreign.find(([, bytes]) => begins(bytes)) ?? [];
  if (what) throw wrongKind('file-kind-unsupported', `This is ${what}, and neither CSV nor JSON`);
  if (begins(zip) || begins(emptyZip)) {
    requireNoWorkbook(head.subarray(30, 30 + head.readUInt16LE(26)).toString('latin1'));
    if (format === 'csv') return 'archive';
    throw wrongKind('format-mismatch', 'This is an archive; JSON comes as it is');
  }
  const text = head.subarray(begins(byteOrderMark) ? 3 : 0).toString('latin1');
  const first = /[^\s]/.exec(text)?.[0];
  if (first === undefined) throw refusedFile('file-blank', 'There is nothing in the file');
  if (first === '<') throw wrongKind('file-kind-unsupported', 'This is HTML or XML, and neither CSV nor JSON');
  const shape = first === '{' || first === '[' ? 'json' : 'csv';
  if (shape !== format) throw wrongKind('format-mismatch', `By its first character this is no ${format.toUpperCase()}`);
  return shape;
}

/** @throws Problem 415 `spreadsheet-unsupported` for the names of entries that Office documents have (ECMA-376 part 2) */
export function requireNoWorkbook(entryName: string): void {
  if (/^(\[Content_Types\]\.xml$|_rels\/|xl\/|word\/|mimetype$)/.test(entryName)) {
    throw wrongKind('spreadsheet-unsupported', 'This is an office document; save its sheet as CSV in UTF-8');
  }
}

/** Lets a file pass once its beginning has shown that it is what it is said to be. */
export function onlyIf(format: ImportFormat): Transform {
  let head: Buffer | undefined = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!head) return done(null, chunk);
      head = Buffer.concat([head, chunk]);
      if (head.length < headBytes) return done();
      settle(this, done);
    },
    flush(done) {
      if (head) settle(this, done);
      else done();
    },
  });

  function settle(through: Transform, done: (error?: Error) => void): void {
    try {
      shapeOf(head!, format);
    } catch (problem) {
      return done(problem as Error);
    }
    through.push(head);
    head = undefined;
    done();
  }
}
