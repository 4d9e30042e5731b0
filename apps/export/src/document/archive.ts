import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { ZipFile } from 'yazl';

export interface ArchiveEntry {
  name: string;
  content: Readable;
  /** It is packed already, as pictures are: kept as it is. */
  packed?: boolean;
}

/**
 * A zip archive (APPNOTE 6.3.3) as a stream. One entry after the other: the next begins when the last is read, so that any
 * number of them takes the memory of one. An entry that fails fails the archive, and so does one that is not taken.
 */
export function archiveOf(entries: AsyncIterable<ArchiveEntry>, modified: Date): Readable {
  const zip = new ZipFile();
  const out = new PassThrough();
  zip.on('error', (error: Error) => out.destroy(error));
  zip.outputStream.pipe(out);
  void fill(zip, entries, modified, out).catch((error: unknown) => out.destroy(error as Error));
  return out;
}

async function fill(zip: ZipFile, entries: AsyncIterable<ArchiveEntry>, mtime: Date, out: PassThrough): Promise<void> {
  const left = new AbortController();
  out.once('close', () => left.abort(new Error('nobody takes the archive any more')));
  for await (const { name, content, packed = false } of entries) {
    const leave = () => content.destroy();
    left.signal.addEventListener('abort', leave, { once: true });
    left.signal.throwIfAborted();
    const read = once(content, 'close', { signal: left.signal });
    zip.addReadStream(content, name, { mtime, mode: 0o100600, compress: !packed });
    await read;
    left.signal.removeEventListener('abort', leave);
    if (content.errored) throw content.errored;
  }
  zip.end();
}
