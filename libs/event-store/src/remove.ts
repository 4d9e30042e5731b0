import { StreamDeletedError } from '@eventstore/db-client';
import { backoffMs, pause } from './backoff.js';
import type { Connection } from './connection.js';
import { within } from './deadline.js';
import { unavailable } from './problems.js';

const tries = 3;
const backoff = { first: 50, cap: 500 };

/**
 * Closes a stream for good: nobody reads or writes it again, and the next scavenge takes its events from the disk. Of a
 * soft delete the last event would stay. Doing it again changes nothing.
 * @throws Problem 503 `event-store-unavailable`
 */
export async function removeStream({ reader }: Connection, stream: string, timeoutMs: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await within(timeoutMs, reader.tombstoneStream(stream, { expectedRevision: 'any', deadline: timeoutMs }));
      return;
    } catch (error) {
      if (error instanceof StreamDeletedError) return;
      if (attempt === tries) throw unavailable(error);
      await pause(backoffMs(backoff, attempt));
    }
  }
}
