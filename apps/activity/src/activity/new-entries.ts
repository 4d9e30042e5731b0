import { listen, type Pool } from '@annals/postgres';
import { newEntriesChannel } from './projection.js';

/** Tells those who wait that an account's log has grown, whichever process made it grow. Nobody asks the database for it. */
export interface NewEntries {
  /** Resolves at the next growth, when something may have been missed, or when the signal aborts. */
  next(accountId: string, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export function watchNewEntries(pool: Pool, onError: (error: Error) => void): NewEntries {
  const waiting = new Map<string, Set<() => void>>();
  const wakeAll = (): void => waiting.forEach((wakes) => wakes.forEach((wake) => wake()));
  const listener = listen(pool.url, newEntriesChannel, (id) => waiting.get(id)?.forEach((wake) => wake()), {
    // What was told while nobody could hear is lost: everybody looks.
    onConnected: wakeAll,
    onError,
  });
  return {
    next: (accountId, signal) =>
      new Promise((done) => {
        const wakes = waiting.get(accountId) ?? new Set();
        waiting.set(accountId, wakes);
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          wakes.delete(wake);
          if (wakes.size === 0 && waiting.get(accountId) === wakes) waiting.delete(accountId);
          done();
        };
        wakes.add(wake);
        if (signal.aborted) wake();
        else signal.addEventListener('abort', wake, { once: true });
      }),
    stop: () => listener.stop(),
  };
}
