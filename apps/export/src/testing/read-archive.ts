import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';

/** Every file of a zip archive by its name, read by somebody else's reader, which checks lengths and checksums. */
export async function readArchive(bytes: Buffer): Promise<Map<string, Buffer>> {
  const open = promisify(fromBuffer) as (content: Buffer, options: object) => Promise<ZipFile>;
  const zip = await open(bytes, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  return new Promise((done, fail) => {
    zip.on('entry', (entry: Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) return fail(error);
        void buffer(stream).then((content) => {
          files.set(entry.fileName, content);
          zip.readEntry();
        }, fail);
      });
    });
    zip.once('end', () => done(files)).once('error', fail);
    zip.readEntry();
  });
}
