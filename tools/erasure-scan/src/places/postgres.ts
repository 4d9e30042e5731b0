import { createPool, identifier, type Pool, withTransaction } from '@annals/postgres';
import { inHexadecimal, type Needle } from '../needles.js';
import type { Report } from '../report.js';
import { formsIn } from '../search.js';

interface Table {
  schema: string;
  name: string;
}

/** Rows that are taken at once. */
const rowsAtOnce = 500;

/**
 * Every row of every table of every database of a server, as JSON: so nested text, arrays and bytes are all seen.
 * @param url of a role that may read everything, as a superuser past row-level security
 */
export async function scanPostgres(url: string, needles: readonly Needle[], report: Report): Promise<void> {
  const databases = await inDatabase(url, undefined, async (pool) => {
    const { rows } = await pool.query<{ name: string }>(
      'select datname as name from pg_database where datallowconn and not datistemplate order by 1',
    );
    return rows.map(({ name }) => name);
  });
  // Bytes are shown in hexadecimal; what is text may hold either.
  const all = [...needles, ...inHexadecimal(needles)];
  for (const database of databases) {
    await inDatabase(url, database, (pool) => scanDatabase(pool, database, all, report)).catch((error: unknown) =>
      report.blind(`PostgreSQL ${database}`, error),
    );
  }
}

async function scanDatabase(pool: Pool, database: string, needles: readonly Needle[], report: Report): Promise<void> {
  const { rows: tables } = await pool.query<Table>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1, 2`,
  );
  for (const table of tables) {
    const where = `PostgreSQL ${database} ${table.schema}.${table.name}`;
    await scanTable(pool, table, where, needles, report).catch((error: unknown) => report.blind(where, error));
  }
}

async function scanTable(
  pool: Pool,
  { schema, name }: Table,
  where: string,
  needles: readonly Needle[],
  report: Report,
): Promise<void> {
  const table = `${identifier(schema)}.${identifier(name)}`;
  report.looked(where, 0);
  await withTransaction(pool, async (tx) => {
    await tx.query(`declare everything no scroll cursor for select row_to_json(t)::text as row from ${table} t`, []);
    for (let taken = rowsAtOnce; taken === rowsAtOnce;) {
      const { rows } = await tx.query<{ row: string }>(`fetch ${rowsAtOnce} from everything`, []);
      taken = rows.length;
      for (const { row } of rows) {
        const bytes = Buffer.from(row);
        report.looked(where, bytes.length);
        const forms = formsIn(needles, bytes);
        if (forms.length > 0) report.found(where, forms);
      }
    }
  });
}

/** Does something in one database of a server, as whoever the URL names. */
export async function inDatabase<T>(
  url: string,
  name: string | undefined,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const target = new URL(url);
  if (name !== undefined) target.pathname = `/${encodeURIComponent(name)}`;
  const pool = createPool({ url: target.href, max: 1, applicationName: 'annals-erasure-scan' });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
