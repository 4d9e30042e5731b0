import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';

/** No object's name has a part that begins with a dot. */
const unfinishedMark = '.unfinished-';

export const isUnfinished = (path: string): boolean => basename(path).startsWith(unfinishedMark);

/**
 * Writes a file beside its place and renames it into it: complete and on disk when this resolves, absent or as it was
 * before when it does not.
 */
export async function putFile(path: string, content: Buffer | Readable): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const unfinished = join(folder, `${unfinishedMark}${randomUUID()}`);
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      // Each piece is written behind the one before.
      for await (const piece of Buffer.isBuffer(content) ? [content] : content) await file.writeFile(piece as Buffer);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Removes a file so that it stays away after a power cut. No file there: nothing to do. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(unlessMissing);
  await syncFolder(dirname(path));
}

/** The same for a folder and all it holds. No folder there: nothing to do. */
export async function removeFolder(path: string): Promise<void> {
  // With the slash it is a folder or nothing: a file of that name stays.
  await rm(path + sep, { recursive: true, force: true, maxRetries: 3 }).catch(unlessMissing);
  await syncFolder(dirname(path));
}

/** No file, a folder in its place, or a file in a folder's. */
export const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

/** A new folder is on disk when the one that holds it is; `mkdir` may have made several, one in the other. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const last = dirname(resolve(first));
  let parent = resolve(folder);
  do await syncFolder((parent = dirname(parent)));
  while (parent.length > last.length);
}

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    // What is not there (any more) has nothing to keep.
    unlessMissing(error);
  }
}
