import { StreamDeletedError, StreamNotFoundError, type StreamingRead } from '@eventstore/db-client';
import { backoffMs, pause } from './backoff.js';
import { TookTooLong } from './deadline.js';
import { streamDeleted, unavailable } from './problems.js';

const tries = 3;
const backoff = { first: 50, cap: 500 };

/**
 * Pulls a read to its end. A connection that breaks on the way is taken up again where it broke: `open` is asked for
 * a read that starts after the last item yielded.
 * @param stallMs how long the server may stay silent while it is waited for
 * @throws Problem 503 `event-store-unavailable` after three tries without progress, 410 `stream-deleted`
 */
export async function* pull<T>(open: (last: T | undefined) => StreamingRead<T>, stallMs: number): AsyncGenerator<T> {
  let last: T | undefined;
  for (let failures = 0; ;) {
    try {
      for await (const item of once(open(last), stallMs)) {
        failures = 0;
        last = item;
        yield item;
      }
      return;
    } catch (error) {
      if (error instanceof StreamNotFoundError) return;
      if (error instanceof StreamDeletedError) throw streamDeleted(error);
      failures += 1;
      if (failures === tries || error instanceof TookTooLong) throw unavailable(error);
      await pause(backoffMs(backoff, failures));
    }
  }
}

/** One read. The server's silence is only counted while something is awaited: a slow reader is no broken server. */
async function* once<T>(read: StreamingRead<T>, stallMs: number): AsyncGenerator<T> {
  let items = 0;
  let seen = -1;
  let waiting = true;
  let ended = false;
  // The package also reports errors while nobody iterates; without a listener those would end the process.
  read.on('error', (error) => read.destroy(error));
  const watch = setInterval(() => {
    if (waiting && seen === items) read.destroy(new TookTooLong(stallMs));
    seen = waiting ? items : -1;
  }, stallMs / 2);
  try {
    for await (const item of read) {
      items += 1;
      waiting = false;
      yield item;
      waiting = true;
    }
    ended = true;
  } finally {
    clearInterval(watch);
    // Leaving the loop does not end the call at the server.
    if (!ended) await cancel(read);
  }
}

async function cancel(read: StreamingRead<unknown>): Promise<void> {
  // It rejects when the call never came to be; then there is nothing to cancel.
  await Promise.allSettled([read.cancel()]);
}
