import { withTransaction } from '@annals/postgres';
import { type MessageReader } from '../message-context.js';
import { handleIn, type Handling } from './handle-batch.js';
import { dropParked, firstParked, parkKey } from './parked.js';
import { verify } from './verify.js';

export interface RetryResult {
  handled: number;
  /** Messages of the key that still wait; 0: the key is free again. */
  left: number;
}

/** Handles a parked key's messages in order, each in its own transaction; stops at the first that fails and keeps it. */
export async function retryKey(
  handling: Handling,
  reader: MessageReader,
  topic: string,
  key: string,
): Promise<RetryResult> {
  const { pool, group, logger } = handling;
  for (let handled = 0; ; handled++) {
    try {
      const more = await withTransaction(pool, async (tx) => {
        const message = await firstParked(tx, group, topic, key);
        if (typeof message === 'string') return false;
        const verdict = await verify(reader, message, logger);
        if (verdict.kind === 'refused') throw new Error(verdict.reason);
        await handleIn(handling, tx, verdict);
        await dropParked(tx, group, message);
        return true;
      });
      if (!more) return { handled, left: 0 };
      handling.counts.handled++;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error({ group, topic, key, error }, 'a parked key failed again');
      return { handled, left: await keepWaiting(handling, topic, key, reason) };
    }
  }
}

async function keepWaiting({ pool, group }: Handling, topic: string, key: string, reason: string): Promise<number> {
  await parkKey(pool, group, { topic, key }, { reason, attempts: 1 });
  const { rows } = await pool.query<{ left: number }>(
    'select count(*)::int as left from parked_messages where grp = $1 and topic = $2 and key = $3',
    [group, topic, key],
  );
  return rows[0]!.left;
}
