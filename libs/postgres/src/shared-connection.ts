import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

const firstDelayMs = 100;
const maxDelayMs = 5_000;

export interface SharedConnectionOptions {
  url: string;
  applicationName: string;
  /** Works with the connection until it is lost or nobody needs it; a rejection is told to `onError` and tried again. */
  use(client: Client, lost: AbortSignal): Promise<void>;
  /** Whether anybody still needs it. */
  isNeeded: () => boolean;
  onNotify?: (channel: string, payload: string) => void;
  onError(error: Error): void;
}

/**
 * Keeps one connection of its own, for what belongs to a session (LISTEN, session locks), and comes back with growing
 * delays when it is lost. Resolves when nobody needs it any more.
 */
export async function keepConnection(options: SharedConnectionOptions): Promise<void> {
  const { url, applicationName, isNeeded } = options;
  let delayMs = firstDelayMs;
  while (isNeeded()) {
    const client = new Client({
      ...{ connectionString: url, application_name: applicationName, connectionTimeoutMillis: 5_000, keepAlive: true },
      pipeline: true,
    });
    const lost = new AbortController();
    let reason: Error | undefined;
    client.on('error', (error) => {
      reason ??= error;
      lost.abort();
    });
    client.on('end', () => lost.abort());
    client.on('notification', ({ channel, payload }) => options.onNotify?.(channel, payload ?? ''));
    try {
      await client.connect();
      delayMs = firstDelayMs;
      await options.use(client, lost.signal);
      if (isNeeded()) throw reason ?? new Error(`The connection of ${applicationName} ended.`);
    } catch (error) {
      if (isNeeded()) options.onError(error as Error);
    } finally {
      lost.abort();
      // Ending a client that is already gone has nothing left to tell.
      await client.end().catch(() => undefined);
    }
    if (!isNeeded()) return;
    await pause(delayMs);
    delayMs = Math.min(delayMs * 2, maxDelayMs);
  }
}

/** Something that is waited for and can be pushed: resolves at the push, the abort or, when given, after a time. */
export function pushable(): { push(): void; wait(lost: AbortSignal, longestMs?: number): Promise<void> } {
  let pushed = false;
  let wake: (() => void) | undefined;
  return {
    push() {
      pushed = true;
      wake?.();
    },
    async wait(lost, longestMs) {
      if (!pushed && !lost.aborted) {
        await new Promise<void>((resolve) => {
          const timer = longestMs === undefined ? undefined : setTimeout(done, longestMs);
          function done() {
            clearTimeout(timer);
            lost.removeEventListener('abort', done);
            resolve();
          }
          wake = done;
          lost.addEventListener('abort', done, { once: true });
        });
      }
      pushed = false;
    },
  };
}
