import { rootOf, type Hash } from '@annals/ledger';
import { type Sql } from '@annals/postgres';
import { logsTable } from '../audit/audit-table.js';

/** Where a log stands now, and where it stood when it was last signed. */
export interface Standing {
  log: string;
  size: number;
  root: Hash;
  signed: { size: number; root: Hash } | null;
}

interface Row {
  log: string;
  size: string | null;
  peaks: Buffer[] | null;
  signed_size: string | null;
  signed_root: Buffer | null;
}

/** All logs in the order of their ids, as of one moment. A log that was signed and is gone has no entries. */
export async function readStandings(sql: Sql): Promise<Standing[]> {
  const { rows } = await sql.query<Row>(
    `select log, l.size, l.peaks, s.size as signed_size, s.root as signed_root
     from ${logsTable} l full join signed_heads s using (log) order by log`,
    [],
  );
  return rows.map(({ log, size, peaks, signed_size, signed_root }) => ({
    ...{ log, size: Number(size ?? 0), root: rootOf({ size: Number(size ?? 0), peaks: peaks ?? [] }) },
    signed: signed_root && { size: Number(signed_size), root: signed_root },
  }));
}

/** Entries of all logs together. */
export async function countEntries(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ entries: string }>(
    `select coalesce(sum(size), 0) as entries from ${logsTable}`,
    [],
  );
  return Number(rows[0]?.entries ?? 0);
}
