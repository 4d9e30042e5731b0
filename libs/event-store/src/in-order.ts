import { within } from './deadline.js';

/** Runs work on the same key one after another, and on different keys side by side. */
export type InOrder = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * @param patienceMs how long work waits for its turn before it gives up, undone
 * @throws TookTooLong
 */
export function inOrder(patienceMs: number): InOrder {
  const tails = new Map<string, Promise<void>>();
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    let done = (): void => undefined;
    // Whoever comes next waits for everything before, also when this one gave up.
    const tail = Promise.all([before, new Promise<void>((resolve) => (done = resolve))]).then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    const first = !tails.has(key);
    tails.set(key, tail);
    try {
      if (!first) await within(patienceMs, before);
      return await work();
    } finally {
      done();
    }
  };
}
