import { createReadStream, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Needle } from '../needles.js';
import type { Report } from '../report.js';
import { formsIn, formsInStream } from '../search.js';

/** Every file below a folder, by content and by name; those that end in `.gz` also unpacked. */
export async function scanFolder(folder: string, needles: readonly Needle[], report: Report): Promise<void> {
  for await (const path of filesBelow(folder, report)) {
    await scanFile(path, needles, report).catch((error: unknown) => {
      // What went while it was looked at holds nothing any more.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') report.blind(path, error);
    });
  }
}

async function scanFile(path: string, needles: readonly Needle[], report: Report): Promise<void> {
  const counted = (bytes: number) => report.looked(path, bytes);
  counted(0);
  const named = formsIn(needles, Buffer.from(path));
  if (named.length > 0) report.found('the name of a file', named);
  const where = named.length > 0 ? 'the file of that name' : path;
  const plain = await formsInStream(needles, createReadStream(path), counted);
  const packed = path.endsWith('.gz')
    ? await formsInStream(needles, createReadStream(path).pipe(createGunzip()), () => undefined)
    : [];
  const forms = [...new Set([...plain, ...packed])];
  if (forms.length > 0) report.found(where, forms);
}

/** Paths of all files below a folder, or of the one file that it is; none where nothing is. */
export async function* filesBelow(folder: string, report: Report): AsyncIterable<string> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') yield folder;
    else if (code !== 'ENOENT') report.blind(folder, error);
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path, report);
    else if (entry.isFile()) yield path;
  }
}
