import { withTenant } from '@annals/postgres';
import { dropMonths, monthsBefore } from '../log/drop-months.js';
import { keepingAccounts, longestTerm } from './accounts.js';
import { type RetentionGround } from './ground.js';
import { countDue, type KeptTable } from './kept.js';
import { dueUntil } from './terms.js';

/**
 * Drops the months of a table that no account needs any more, whatever they hold.
 * @returns how many rows each account had in them
 */
export async function sweepMonths(
  { pool, terms }: RetentionGround,
  ownerUrl: string,
  kept: KeptTable,
  now: Date,
): Promise<Map<string, number>> {
  const until = dueUntil(now, await longestTerm(pool, terms, kept.class));
  const months = await monthsBefore(pool, kept.table, until);
  const last = months.at(-1);
  const rowsOf = new Map<string, number>();
  if (!last) return rowsOf;
  for await (const { accountId } of keepingAccounts(pool, terms)) {
    const { rows } = await withTenant(pool, { accountId }, (tx) => countDue(tx, kept, accountId, last.end));
    if (rows > 0) rowsOf.set(accountId, rows);
  }
  await dropMonths(ownerUrl, months);
  return rowsOf;
}
