import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

/** Where documents are kept. Names are made of ids by us; nothing a client writes becomes part of one. */
export interface Objects {
  /** Puts the whole object in place at once: a reader sees all of it or none. Durable when it resolves. */
  put(name: string, content: Buffer): Promise<void>;
  get(name: string): Promise<Buffer>;
  read(name: string, range: { start: number; end: number }): Readable;
  exists(name: string): Promise<boolean>;
  /** Removing what is not there is no error: a repeated removal has nothing to do. */
  remove(name: string): Promise<void>;
}

const allowed = /^[a-z]+(\/[0-9a-f-]{36}){2}(\.[a-z]+)?$/;

/** Keeps objects as files below one folder. */
export function folderObjects(folder: string): Objects {
  const pathOf = (name: string) => {
    if (!allowed.test(name)) throw new Error(`"${name}" is no object name`);
    return join(folder, name);
  };
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
