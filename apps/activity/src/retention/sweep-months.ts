import { withTenant } from '@annals/postgres';
import { dropMonths, type MonthPart, monthsBefore } from '../log/drop-months.js';
import { keepingAccounts, longestTerm } from './accounts.js';
import { type RetentionGround } from './ground.js';
import { heldPeople } from './holds.js';
import { countWithin, type KeptTable, monthsOf } from './kept.js';
import { dueUntil } from './terms.js';

/**
 * Drops the months of a table that no account needs any more, whatever they hold; but none with a row of somebody who is
 * held: from those, rows go one by one.
 * @returns how many rows each account had in them
 */
export async function sweepMonths(
  ground: RetentionGround,
  ownerUrl: string,
  kept: KeptTable,
  now: Date,
): Promise<Map<string, number>> {
  const { pool, terms } = ground;
  const until = dueUntil(now, await longestTerm(pool, terms, kept.class));
  const months = await withoutHeld(ground, kept, await monthsBefore(pool, kept.table, until), now);
  const rowsOf = new Map<string, number>();
  if (months.length === 0) return rowsOf;
  for await (const { accountId } of keepingAccounts(pool, terms)) {
    const rows = await withTenant(pool, { accountId }, (tx) => countWithin(tx, kept, accountId, months));
    if (rows > 0) rowsOf.set(accountId, rows);
  }
  await dropMonths(ownerUrl, months);
  return rowsOf;
}

/** The months in which nothing of anybody lies who is held in some account. */
async function withoutHeld(
  { pool, terms, pseudonym }: RetentionGround,
  kept: KeptTable,
  months: readonly MonthPart[],
  now: Date,
): Promise<MonthPart[]> {
  const last = months.at(-1);
  if (!last) return [];
  const needed = new Set<number>();
  for await (const { accountId } of keepingAccounts(pool, terms)) {
    const held = await heldPeople(pool, accountId, now);
    if (held.length === 0) continue;
    const due = { accountId, until: last.end, held, pseudonym };
    for (const end of await withTenant(pool, { accountId }, (tx) => monthsOf(tx, kept, due))) needed.add(end.getTime());
  }
  return months.filter(({ end }) => !needed.has(end.getTime()));
}
