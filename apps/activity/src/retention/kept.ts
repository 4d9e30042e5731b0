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
  /** Where it says whose a row is; without, its rows are nobody's. */
  whose?: Whose;
}

/** A column with a person's id, with their pseudonym, or with the pseudonyms of several. */
export interface Whose {
  column: string;
  by: 'id' | 'pseudonym' | 'pseudonyms';
}

/** Makes the pseudonym of a person in an account. */
export type Pseudonym = (accountId: string, userId: string) => string;

/** Rows of an account from before a moment, but those of some people. */
export interface DueIn {
  accountId: string;
  until: Date;
  /** Ids of the people whose rows stay. */
  held: readonly string[];
  pseudonym: Pseudonym;
}

/** Condition of what is due, and its values from $1 on. */
function dueOf({ at, whose }: KeptTable, { accountId, until, held, pseudonym }: DueIn) {
  const values: unknown[] = [accountId, until.toISOString()];
  const condition = `account_id = $1 and ${at} < $2`;
  if (!whose || held.length === 0) return { condition, values };
  return {
    condition: `${condition} and not ${theirs(whose, 3)}`,
    values: [...values, whoseValues(whose, accountId, held, pseudonym)],
  };
}

const theirs = ({ column, by }: Whose, parameter: number): string => {
  if (by === 'id') return `${column} = any($${parameter}::uuid[])`;
  return by === 'pseudonym' ? `${column} = any($${parameter}::bytea[])` : `${column} && $${parameter}::bytea[]`;
};

const whoseValues = ({ by }: Whose, accountId: string, people: readonly string[], pseudonym: Pseudonym) =>
  by === 'id' ? people : people.map((person) => pseudonym(accountId, person));

/** Rows that one statement deletes at most, in each part of a table: locks and the log of the database stay small. */
export const rowsAtOnce = 5_000;

/**
 * Deletes rows of the account in scope from before a moment, a bounded number of them.
 * @returns how many went; 0 when nothing is left to do
 */
export async function deleteSome(tx: Tx, kept: KeptTable, due: DueIn): Promise<number> {
  const { condition, values } = dueOf(kept, due);
  // By place on the disk, since tables have different keys. The same place in another month is due as well.
  const { rowCount } = await tx.query(
    `delete from ${kept.table} where ${condition}
       and ctid = any(array(select ctid from ${kept.table} where ${condition} limit ${rowsAtOnce}))`,
    values,
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
export async function countDue(tx: Tx, kept: KeptTable, due: DueIn): Promise<DueRows> {
  const { condition, values } = dueOf(kept, due);
  const { rows } = await tx.query<{ rows: string; facts: string; oldest_kept: Date | null }>(
    `select count(*) filter (where ${condition}) as rows,
       count(*) filter (where ${condition} and ${kept.told ?? 'false'}) as facts,
       min(${kept.at}::timestamptz) filter (where not (${condition})) as oldest_kept
     from ${kept.table} where account_id = $1`,
    values,
  );
  const [found] = rows;
  return {
    rows: Number(found?.rows ?? 0),
    facts: Number(found?.facts ?? 0),
    oldest_kept: found?.oldest_kept ?? null,
  };
}

/** Months of a table in which rows of held people of the account in scope lie, each by its end, in UTC. */
export async function monthsOf(
  tx: Tx,
  { table, at, whose }: KeptTable,
  { accountId, until, held, pseudonym }: DueIn,
): Promise<Date[]> {
  if (!whose || held.length === 0) return [];
  const { rows } = await tx.query<{ ending: Date }>(
    `select distinct (date_trunc('month', ${at}::timestamptz at time zone 'UTC') + interval '1 month') at time zone 'UTC'
       as ending
     from ${table} where account_id = $1 and ${at} < $2 and ${theirs(whose, 3)}`,
    [accountId, until.toISOString(), whoseValues(whose, accountId, held, pseudonym)],
  );
  return rows.map(({ ending }) => ending);
}

/** Rows of the account in scope in some months. */
export async function countWithin(
  tx: Tx,
  { table, at }: KeptTable,
  accountId: string,
  months: readonly { end: Date }[],
): Promise<number> {
  const { rows } = await tx.query<{ rows: string }>(
    `select count(*) as rows from ${table} t, unnest($2::timestamptz[]) as month(ending)
     where account_id = $1 and ${at} < ending
       and ${at} >= (ending at time zone 'UTC' - interval '1 month') at time zone 'UTC'`,
    [accountId, months.map(({ end }) => end.toISOString())],
  );
  return Number(rows[0]?.rows ?? 0);
}
