import { type Pool } from '@annals/postgres';
import { retentionSchema as schema } from './projection.js';

/** Condition of a hold `h` that stands at a moment; one that is to end by then has ended. */
export const standsAt = (moment: string): string => `(h.until is null or h.until > ${moment}::timestamptz)`;

/**
 * People under a legal hold in an account: nothing of theirs goes. Asked before each step of a sweep, so that a hold counts
 * from the moment its fact is known and not from the next sweep on.
 */
export async function heldPeople(pool: Pool, accountId: string, now: Date): Promise<string[]> {
  const { rows } = await pool.query<{ person: string }>(
    `select person from ${schema}.holds h where h.account = $1 and ${standsAt('$2')} order by person`,
    [accountId, now.toISOString()],
  );
  return rows.map(({ person }) => person);
}
