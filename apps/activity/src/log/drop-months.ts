import { createPool, type Pool } from '@annals/postgres';

/** A partition for one month. */
export interface MonthPart {
  /** With its schema, quoted where needed. */
  name: string;
  /** The first moment after it. */
  end: Date;
}

/** The months a table is cut into that ended before a moment, oldest first. */
export async function monthsBefore(pool: Pool, table: string, before: Date): Promise<MonthPart[]> {
  const { rows } = await pool.query<{ name: string; ending: Date }>(
    `select * from (
       select i.inhrelid::regclass::text as name,
         (to_date(substring(c.relname from '_y(\\d{4}m\\d{2})$'), 'YYYY"m"MM') + interval '1 month') at time zone 'UTC' as ending
       from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = to_regclass($1)
     ) months where ending <= $2 order by ending`,
    [table, before.toISOString()],
  );
  return rows.map(({ name, ending }) => ({ name, end: ending }));
}

/**
 * Drops partitions as the owner of the tables. Each waits a short time only for those who read the table, since whoever
 * comes after waits behind it.
 * @throws Error when one could not be dropped now; those before it are gone
 */
export async function dropMonths(ownerUrl: string, months: readonly MonthPart[]): Promise<void> {
  const pool = createPool({ url: ownerUrl, applicationName: 'drop months', max: 1 });
  try {
    for (const { name } of months) await pool.query(`set lock_timeout = '3s'; drop table if exists ${name}`);
  } finally {
    await pool.end();
  }
}
