import { ActivityTracked, type DueOfClass } from '@annals/contracts';
import { type Tx, withTenant } from '@annals/postgres';
import { auditTable } from '../audit/audit-table.js';
import { type DueOfAccount, type RetentionGround } from './ground.js';
import { rowsAtOnce } from './kept.js';

/** Entries under one tile: below it proofs are made of the hashes of entries. */
const tileWidth = 256;

interface Cut {
  /** The oldest entry there is, and the oldest that stays; equal when nothing is due. */
  oldest: number;
  kept: number;
  keptAt: Date | null;
}

/**
 * Where the log of the account in scope is to begin: at its first entry that is not due, for a log is shortened from its
 * beginning and never in between. The newest entry stays in any case.
 * @param until null: nothing is due
 */
async function cutOf(tx: Tx, accountId: string, until: Date | null): Promise<Cut> {
  const { rows } = await tx.query<{ oldest: string | null; kept: string | null; kept_at: Date | null }>(
    `select oldest.seq as oldest, kept.seq as kept, kept.occurred_at as kept_at
     from (select seq from ${auditTable} where account_id = $1 order by seq limit 1) oldest,
       (select seq, occurred_at from ${auditTable} where account_id = $1 and seq >= coalesce(
         (select min(seq) from ${auditTable} where account_id = $1 and ($2::timestamptz is null or occurred_at >= $2)),
         (select max(seq) from ${auditTable} where account_id = $1)) order by seq limit 1) kept`,
    [accountId, until?.toISOString() ?? null],
  );
  const [found] = rows;
  return { oldest: Number(found?.oldest ?? 0), kept: Number(found?.kept ?? 0), keptAt: found?.kept_at ?? null };
}

/** What a sweep would take of an account's audit log. */
export function countDueEntries(
  { pool }: RetentionGround,
  accountId: string,
  { until, held }: { until: Date; held: readonly string[] },
): Promise<Pick<DueOfClass, 'rows' | 'oldest_kept'>> {
  return withTenant(pool, { accountId }, async (tx) => {
    const { oldest, kept, keptAt } = await cutOf(tx, accountId, held.length > 0 ? null : until);
    return { rows: kept - oldest, oldest_kept: keptAt?.toISOString() ?? null };
  });
}

/**
 * Shortens an account's audit log. What proofs of the rest need stays: the tiles, and under the one that is cut the hashes
 * of its entries. So do the hashes of entries whose events may go from the event store, for a log that is built anew.
 * While anybody of the account is held it is not shortened at all: entries about them lie between those of others, and a log
 * has no holes.
 * @returns how many entries went
 */
export async function sweepAudit(
  { pool }: RetentionGround,
  accountId: string,
  { until, held, lost }: DueOfAccount,
): Promise<number> {
  const { oldest, kept } = await withTenant(pool, { accountId }, (tx) => cutOf(tx, accountId, until));
  let removed = 0;
  for (let from = oldest; from < kept; from += rowsAtOnce) {
    lost.throwIfAborted();
    if ((await held()).length > 0) return removed;
    const cut = Math.min(kept, from + rowsAtOnce);
    removed += await withTenant(pool, { accountId }, (tx) => shorten(tx, accountId, cut));
  }
  return removed;
}

async function shorten(tx: Tx, accountId: string, cut: number): Promise<number> {
  const [, , { rowCount }] = await Promise.all([
    tx.query(
      `insert into public.kept_leaves (log, seq, event_id, hash) select account_id, seq, id, hash from ${auditTable}
       where account_id = $1 and seq < $2 and (seq >= $3 or event_type = $4) on conflict do nothing`,
      [accountId, cut, cut - (cut % tileWidth), ActivityTracked.type],
    ),
    tx.query('delete from public.kept_entries where account_id = $1 and seq < $2', [accountId, cut]),
    tx.query(`delete from ${auditTable} where account_id = $1 and seq < $2`, [accountId, cut]),
  ]);
  return rowCount;
}
