import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports that no system gives out by itself: one of those may be somebody's again before the broker listens on it. */
const lowest = 20_000;
const highest = 30_000;

/** Loopback ports that nothing listens on at this moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}
