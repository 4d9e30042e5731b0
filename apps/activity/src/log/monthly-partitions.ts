import { tenantTable, type Tx } from '@annals/postgres';

/**
 * DDL that lets a table be cut into months while it grows, so that retention drops a partition instead of deleting rows.
 * The role of the running service may not make tables; it calls `<schema>.make_month(table, month)`, which runs as the owner.
 * The month is made inside the transaction that needs it, closed to other accounts like its parent.
 */
export function monthlyPartitions(schema: string): string {
  // The schema's name comes quoted; as text inside the function it is needed bare.
  const bare = schema.replaceAll('"', '');
  return `
    create function ${schema}.make_month(parent text, month date) returns void
    language plpgsql security definer set search_path = pg_catalog as $body$
    declare
      first date := date_trunc('month', month);
      part text := format('%I.%I', '${bare}', parent || to_char(first, '"_y"YYYY"m"MM'));
    begin
      if to_regclass(part) is not null then return; end if;
      execute format('create table if not exists %s partition of %I.%I for values from (%L) to (%L)',
        part, '${bare}', parent, first, (first + interval '1 month')::date);
      execute replace($policy$${tenantTable('PART')}$policy$, 'PART', part);
    end $body$;
  `;
}

/** Makes the months that hold these moments, where they are missing. */
export async function makeMonths(tx: Tx, table: string, moments: readonly string[]): Promise<void> {
  const months = new Set(moments.map((moment) => `${new Date(moment).toISOString().slice(0, 7)}-01`));
  await Promise.all([...months].map((month) => tx.query('select make_month($1, $2::date)', [table, month])));
}
