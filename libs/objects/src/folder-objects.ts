import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkedName, type Objects } from './objects.js';

/** Keeps objects as files below one folder. */
export function folderObjects(folder: string): Objects {
  const pathOf = (name: string) => join(folder, checkedName(name));
  return {
    async put(name, content) {
      const path = pathOf(name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(`${path}.new`, 'w', 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
    },
    get: (name) => readFile(pathOf(name)),
    read: (name, range) => createReadStream(pathOf(name), range),
    async exists(name) {
      return stat(pathOf(name)).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return false;
          throw error;
        },
      );
    },
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}
