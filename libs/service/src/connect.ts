import type { Logger } from './log.js';

export interface BackoffOptions {
  logger: Logger;
  /** First wait in milliseconds, doubled up to `maxMs`; 100 and 5,000 unless said. */
  baseMs?: number;
  maxMs?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
}

/**
 * Tries until it works: services start in any order. Waits grow and are spread, so that a store that comes back is not
 * met by everybody at once.
 * @throws the reason of `signal`
 */
export async function connectWithBackoff<T>(
  dependency: string,
  connect: () => Promise<T>,
  options: BackoffOptions,
): Promise<T> {
  const { logger, baseMs = 100, maxMs = 5000, signal } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      const connected = await connect();
      if (attempt > 1) logger.info({ dependency, attempt }, 'connected');
      return connected;
    } catch (error) {
      const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 20));
      const delay_ms = Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
      logger.warn({ dependency, attempt, delay_ms, error }, 'waiting for a dependency');
      await pause(delay_ms, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
