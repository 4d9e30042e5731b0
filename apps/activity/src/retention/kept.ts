import { type RetentionClass } from '@annals/contracts';
import { type Tx } from '@annals/postgres';

/** A table whose rows are kept for a time, account by account. */
export interface KeptTable {
  class: RetentionClass;
  /** With its schema. It has a column `account_id`. */
  table: string;
  /** Column with the moment or the day from which a row's time counts. */
  at: string;
  /** Condition of the rows that clients told. */
  told?: string;
  /** Whether it is cut into months by that column, so that a month nobody needs goes at once. */
  monthly?: true;
}

/** Rows that one statement deletes at most, in each part of a table: locks and the log of the database stay small. */
export const rowsAtOnce = 5_000;

/**
 * Deletes rows of the account in scope from before a moment, a bounded number of them.
 * @returns how many went; 0 when nothing is left to do
 */
export async function deleteSome(tx: Tx, kept: KeptTable, accountId: string, until: Date): Promise<number> {
  const due = `account_id = $1 and ${kept.at} < $2`;
  // By place on the disk, since tables have different keys. The same place in another month is due as well.
  const { rowCount } = await tx.query(
    `delete from ${kept.table} where ${due} and ctid = any(array(select ctid from ${kept.table} where ${due} limit $3))`,
    [accountId, until.toISOString(), rowsAtOnce],
  );
  return rowCount;
}

/** What there is of the account in scope from before a moment, and the oldest that is not. */
export interface DueRows {
  rows: number;
  facts: number;
  oldest_kept: Date | null;
}

/** Counts without changing anything. */
export async function countDue(tx: Tx, kept: KeptTable, accountId: string, until: Date): Promise<DueRows> {
  const { rows } = await tx.query<{ rows: string; facts: string; oldest_kept: Date | null }>(
    `select count(*) filter (where ${kept.at} < $2) as rows,
       count(*) filter (where ${kept.at} < $2 and ${kept.told ?? 'false'}) as facts,
       min(${kept.at}::timestamptz) filter (where ${kept.at} >= $2) as oldest_kept
     from ${kept.table} where account_id = $1`,
    [accountId, until.toISOString()],
  );
  const [found] = rows;
  return {
    rows: Number(found?.rows ?? 0),
    facts: Number(found?.facts ?? 0),
    oldest_kept: found?.oldest_kept ?? null,
  };
}
