import { open, opendir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { asUnavailable, collect, takeContent } from './content.js';
import { isMissing, isUnfinished, putFile, removeFile, removeFolder } from './durable-files.js';
import {
  checkedName,
  checkedPrefix,
  checkedRange,
  isObjectName,
  largestInMemory,
  type ByteRange,
  type Objects,
} from './objects.js';
import { ObjectNotFound } from './problems.js';

/**
 * Keeps objects as files below one folder, readable by its owner alone. Several processes may share it. Without the folder
 * the store is away: a disk that is not there must not look like one without objects.
 */
export function folderObjects(folder: string): Objects {
  const pathOf = (name: string) => join(folder, checkedName(name));

  const find = async (name: string) => {
    const found = await stat(pathOf(name)).catch(missingIn(folder));
    return found?.isFile() ? { bytes: found.size } : undefined;
  };

  const read = (name: string, range?: ByteRange) =>
    Readable.from(bytesOf(folder, checkedName(name), range && checkedRange(range)), { objectMode: false });

  return {
    put: async (name, content) => {
      const path = pathOf(name);
      await takeContent(content, async (taken) => {
        await there(folder);
        await putFile(path, taken);
      });
    },
    get: async (name, maxBytes = largestInMemory) => collect(name, read(name), maxBytes),
    read,
    find,
    exists: async (name) => (await find(name)) !== undefined,
    remove: async (name) => removeFile(pathOf(name)).catch(asUnavailable),
    async *list(prefix) {
      for await (const name of filesBelow(folder, checkedPrefix(prefix))) if (isObjectName(name)) yield name;
    },
    removeAll: async (prefix) => removeFolder(join(folder, checkedPrefix(prefix))).catch(asUnavailable),
    removeUnfinished: async (before) => {
      for await (const name of filesBelow(folder, '')) {
        if (!isUnfinished(name)) continue;
        const path = join(folder, name);
        const found = await stat(path).catch(missingIn(folder));
        if (found && found.mtime < before) await rm(path, { force: true }).catch(asUnavailable);
      }
    },
    ping: () => there(folder).catch(asUnavailable),
    close: () => undefined,
  };
}

async function* bytesOf(root: string, name: string, range: ByteRange | undefined): AsyncGenerator<Buffer> {
  try {
    const file = await open(join(root, name));
    // The stream closes the file, also when its reader goes away.
    for await (const chunk of file.createReadStream(range)) yield chunk as Buffer;
  } catch (error) {
    await missingIn(root)(error);
    throw new ObjectNotFound(name);
  }
}

/** Names of all files below a folder of the tree; what disappears meanwhile is left out. */
async function* filesBelow(root: string, below: string): AsyncGenerator<string> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch(missingIn(root));
  for (const entry of entries ?? []) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, name);
    else yield name;
  }
}

/** @throws Error when the folder is not there, or is none */
async function there(folder: string): Promise<void> {
  await (await opendir(folder)).close();
}

/** What is missing in a folder that is there is missing; everything else is the store's fault. */
const missingIn =
  (folder: string) =>
  async (error: unknown): Promise<undefined> => {
    if (!isMissing(error)) asUnavailable(error);
    await there(folder).catch(asUnavailable);
  };
