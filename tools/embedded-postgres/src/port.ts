import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The port to listen on: the asked one, else the one used before, else a free one; remembered in `file`.
 * @param patienceMs how long to wait for a wanted port that is taken, in milliseconds: dying processes of a killed
 *   server hold theirs for a moment
 * @throws Error when the asked port is taken.
 */
export async function choosePort(asked: number | undefined, file: string, patienceMs: number): Promise<number> {
  const before = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
  const wanted = asked ?? before;
  const isMine = wanted !== undefined && (await becomesFree(wanted, patienceMs));
  if (asked !== undefined && !isMine) {
    throw new Error(`Port ${asked} for the embedded PostgreSQL is taken. Choose another port or leave it to Annals.`);
  }
  const port = isMine ? wanted : await freePort();
  writeFileSync(file, `${port}\n`);
  return port;
}

async function becomesFree(port: number, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (!(await isFree(port))) {
    if (Date.now() >= deadline) return false;
    await pause(50);
  }
  return true;
}

/**
 * Ports that no system gives out by itself: one of those may be somebody's again before it is listened on. Launched stacks
 * choose from higher ones.
 */
const lowest = 10_000;
const highest = 20_000;
const tries = 100;

/** A loopback port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let n = 0; n < tries; n++) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
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
