import { withTransaction } from '@annals/postgres';
import { type MessageReader } from '../message-context.js';
import { handleIn, type Handling } from './handle-batch.js';
import { dropLetter, letterToRetry } from './letters.js';
import { parkedAmong } from './parked.js';
import { verify } from './verify.js';

/**
 * Judges a dead letter anew, as when its sender's key was not known yet: only when its context holds now does the handler
 * see it, after later ones of its key, and not while the key is parked. Else it stays, with the new reason.
 * @returns false when there is no such letter, or none that was kept whole
 */
export async function retryLetter(handling: Handling, reader: MessageReader, number: string): Promise<boolean> {
  const { pool, group, logger, counts } = handling;
  try {
    return await withTransaction(pool, async (tx) => {
      const message = await letterToRetry(tx, group, number);
      if (!message) return false;
      const verdict = await verify(reader, message, logger);
      if (verdict.kind === 'refused') throw new Error(verdict.reason);
      if ((await parkedAmong(tx, group, [message])).size > 0)
        throw new Error('an earlier message of its key is parked');
      await handleIn(handling, tx, verdict);
      await dropLetter(tx, number);
      counts.handled++;
      return true;
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ group, letter: number, error }, 'a dead letter was refused again');
    await pool.query('update dead_letters set reason = $2, attempts = attempts + 1 where id = $1::bigint', [
      ...[number, reason],
    ]);
    return true;
  }
}
