import { createPool } from '@annals/postgres';

/**
 * Every row of a database as text, by table (`schema.table`), sorted: as its superuser sees it, whatever the account.
 * @param schema one alone; unless said, all of them
 */
export async function everyRow(superuserUrl: string, schema?: string): Promise<Record<string, string[]>> {
  const pool = createPool({ url: superuserUrl, applicationName: 'test every row', max: 1 });
  try {
    const { rows: tables } = await pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') and ($1::text is null or schemaname = $1) order by 1`,
      [schema ?? null],
    );
    const all: Record<string, string[]> = {};
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${name} t order by 1`, []);
      all[name] = rows.map(({ row }) => row);
    }
    return all;
  } finally {
    await pool.end();
  }
}
