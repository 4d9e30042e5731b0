import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * The port to listen on: the asked one, else the one used before, else a free one; remembered in `file`.
 * @throws Error when the asked port is taken.
 */
export async function choosePort(asked: number | undefined, file: string): Promise<number> {
  if (asked !== undefined && !(await isFree(asked))) {
    throw new Error(`Port ${asked} for the embedded PostgreSQL is taken. Choose another port or leave it to Annals.`);
  }
  const before = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
  const port = asked ?? (before && (await isFree(before)) ? before : await freePort());
  writeFileSync(file, `${port}\n`);
  return port;
}

/** A loopback port that nothing listens on at this moment. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return false;
      throw error;
    },
  );
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(chosen));
    });
  });
}
