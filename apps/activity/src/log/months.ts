import { createPool, projectionSchema, tenantTable, type Projection } from '@annals/postgres';

/** A projection whose log is cut into months. */
export type MonthlyLog = Pick<Projection, 'name' | 'version'>;

/** Months that stand ready from the present one on, so that one that could not be made in time is no matter. */
const monthsAhead = 2;

/**
 * DDL that cuts a log into months, so that retention drops a partition instead of deleting rows. What lies outside the
 * months there are, such as the past when a log is built anew, goes to the default partition. Each partition is closed
 * to other accounts like the whole. Making a month takes the owner's role, which the running projection has not:
 * `makeMonths` does it.
 */
export function monthlyPartitions(schema: string, table: string): string {
  // The schema's name comes quoted; as text inside the function it is needed bare.
  const bare = schema.replaceAll('"', '');
  return `
    create table ${schema}.${table}_other partition of ${schema}.${table} default;
    ${tenantTable(`${schema}.${table}_other`)}
    create function ${schema}.make_months(ahead int) returns void
    language plpgsql set search_path = pg_catalog set timezone = 'UTC' as $body$
    declare
      first date;
      part text;
    begin
      for first in select generate_series(date_trunc('month', now()), now() + make_interval(months => ahead), '1 month') loop
        part := format('%I.%I', '${bare}', '${table}' || to_char(first, '"_y"YYYY"m"MM'));
        continue when to_regclass(part) is not null;
        execute format('create table %s partition of ${schema}.${table} for values from (%L) to (%L)',
          part, first, (first + interval '1 month')::date);
        execute replace($policy$${tenantTable('PART')}$policy$, 'PART', part);
      end loop;
    end $body$;
    select ${schema}.make_months(${monthsAhead});
  `;
}

/** Makes the months to come, where they are missing. Run it at start and every day. */
export async function makeMonths(ownerUrl: string, logs: readonly MonthlyLog[]): Promise<void> {
  const pool = createPool({ url: ownerUrl, applicationName: 'make months', max: 1 });
  try {
    for (const log of logs) {
      await pool.query(`select ${projectionSchema(log)}.make_months($1)`, [monthsAhead]);
    }
  } finally {
    await pool.end();
  }
}
