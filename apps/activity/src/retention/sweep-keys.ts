import { type Pool } from '@annals/postgres';
import { noAccount } from '../log/by-account.js';
import { ageOfPeriod, dueAmong, type KeysWithTerm } from './due-keys.js';
import { type RetentionGround } from './ground.js';
import { retentionSchema as schema } from './projection.js';
import { tell } from './tell.js';

const holdersAtOnce = 500;

/**
 * Destroys the keys of periods that no account needs any more. Each account in which they sealed something is told of
 * them, for the key was each one's.
 */
export async function sweepKeys(
  ground: RetentionGround,
  of: KeysWithTerm,
  now: Date,
  lost: AbortSignal,
): Promise<void> {
  const { keys, store } = ground;
  for (const period of await keys.periods(of.purpose)) {
    const age = ageOfPeriod(period, now);
    if (age < 1) continue;
    const removed = await sweepPeriod(ground, of, { period, age, now }, lost);
    const until = now.toISOString();
    for (const [account_id, count] of removed) {
      await tell(store, { account_id, class: of.class, until, rows: 0, streams: 0, keys: count }, now);
    }
  }
}

/** @returns how many keys each account lost */
async function sweepPeriod(
  { pool, keys, terms }: RetentionGround,
  of: KeysWithTerm,
  { period, age, now }: { period: string; age: number; now: Date },
  lost: AbortSignal,
): Promise<Map<string, number>> {
  const removed = new Map<string, number>();
  for (let after = ''; ;) {
    lost.throwIfAborted();
    const holders = await keys.subjects(of.purpose, period, { after, limit: holdersAtOnce });
    const due = await dueAmong(pool, terms, of, { holders, age, now });
    const retired = due.length > 0 ? await keys.retire(of.purpose, period, due) : [];
    for (const account of await accountsOf(pool, retired)) removed.set(account, (removed.get(account) ?? 0) + 1);
    const last = holders.at(-1);
    if (last === undefined) return removed;
    after = last;
  }
}

/** The accounts of each of these holders, one after the other; of nobody's account, the house's. */
async function accountsOf(pool: Pool, holders: readonly string[]): Promise<string[]> {
  if (holders.length === 0) return [];
  const { rows } = await pool.query<{ account: string }>(
    `select coalesce(p.account, $2::uuid) as account
     from unnest($1::text[]) as s(holder) left join ${schema}.holders p on p.holder = s.holder`,
    [holders, noAccount],
  );
  return rows.map(({ account }) => account);
}
