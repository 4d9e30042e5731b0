import { type CursorMeta, pageMeta, Problem, type LogPageMeta } from '@annals/contracts';
import { type Pool, type TenantScope, type Tx, withTenant } from '@annals/postgres';
import { type z } from 'zod';
import { type Conditions } from './conditions.js';
import { type CursorScope, decodeCursor, encodeCursor, type LogKey } from './cursor.js';

export interface LogRequest {
  page: number;
  limit: number;
  sort_order: 'asc' | 'desc';
  cursor?: string | undefined;
}

export interface LogSource {
  table: string;
  /** Columns with whole numbers that tell the place of a row, indexed after the account. */
  key: readonly string[];
  columns: string;
  where: Conditions;
  scope: TenantScope;
  filter: CursorScope['filter'];
  /**
   * First place and the one after the last, of a log that numbers its rows one by one and is asked for without filter.
   * Its pages are then runs of places, so that nothing needs to be counted or skipped over.
   */
  extent?: (tx: Tx) => Promise<{ first: number; end: number }>;
}

export interface LogPage<R> {
  rows: R[];
  meta: CursorMeta | z.infer<typeof LogPageMeta>;
}

/** Rows that are counted or skipped over at most for a numbered page; beyond, a log is walked by cursor. */
export const countedRows = 20_000;

/**
 * One page of a long log. By cursor it begins where the page before ended, so that page 400 costs what page 1 costs; by
 * number it is found by its places where the log has them, else skipped to, with a total up to `countedRows`.
 * @throws Problem 400 `page-too-far`, `invalid-cursor`, `foreign-cursor`
 */
export async function readLog<R extends object>(pool: Pool, source: LogSource, asked: LogRequest): Promise<LogPage<R>> {
  const scope = {
    accountId: source.scope.accountId,
    filter: { ...source.filter, order: asked.sort_order, key: source.key },
  };
  const { cursor } = asked;
  const after = cursor === undefined ? undefined : decodeCursor(scope, cursor, source.key.length);
  const byNumber = source.extent ? byPlace<R> : counted<R>;
  const { rows, meta, next } = await withTenant(pool, source.scope, (tx) =>
    after ? afterPlace<R>(tx, source, asked, after) : byNumber(tx, source, asked),
  );
  return { rows, meta: { ...meta, next_cursor: next && encodeCursor(scope, next) } };
}

interface Found<R> {
  rows: R[];
  meta: Omit<CursorMeta, 'next_cursor'> | Omit<z.infer<typeof LogPageMeta>, 'next_cursor'>;
  /** Where the next page begins after; null when there is none. */
  next: LogKey | null;
}

async function afterPlace<R extends object>(
  tx: Tx,
  source: LogSource,
  { limit, sort_order }: LogRequest,
  place: LogKey,
): Promise<Found<R>> {
  const { values, parameter } = parametersOf(source);
  const beyond = `and (${source.key.join(', ')}) ${sort_order === 'desc' ? '<' : '>'} (${place.map(parameter).join(', ')})`;
  const { rows } = await tx.query<R>(select(source, sort_order, `${beyond}`, `limit ${parameter(limit + 1)}`), values);
  const { shown, next } = cut(source, rows, limit);
  return { rows: shown, next, meta: { limit, has_next_page: next !== null } };
}

async function counted<R extends object>(
  tx: Tx,
  source: LogSource,
  { page, limit, sort_order }: LogRequest,
): Promise<Found<R>> {
  const offset = (page - 1) * limit;
  if (offset > countedRows) {
    throw new Problem(400, 'page-too-far', `Pages by number end at ${countedRows} entries; go on by meta.next_cursor`);
  }
  const { values, parameter } = parametersOf(source);
  const part = `limit ${parameter(limit + 1)} offset ${parameter(offset)}`;
  const count = `select count(*) as total from
    (select from ${source.table} where ${source.where.text()} limit ${countedRows + 1}) counted`;
  const [{ rows }, total] = await Promise.all([
    tx.query<R>(select(source, sort_order, '', part), values),
    tx.query<{ total: string }>(count, source.where.values),
  ]);
  const { shown, next } = cut(source, rows, limit);
  const found = Number(total.rows[0]?.total ?? 0);
  const meta = pageMeta(page, limit, Math.min(found, countedRows));
  return {
    rows: shown,
    next,
    meta: { ...meta, has_next_page: next !== null, total_capped: found > countedRows },
  };
}

async function byPlace<R extends object>(
  tx: Tx,
  source: LogSource,
  { page, limit, sort_order }: LogRequest,
): Promise<Found<R>> {
  const { first, end } = await source.extent!(tx);
  const down = sort_order === 'desc';
  const from = down ? Math.max(first, end - page * limit) : first + (page - 1) * limit;
  const to = down ? end - (page - 1) * limit : Math.min(end, from + limit);
  const { values, parameter } = parametersOf(source);
  const [column = ''] = source.key;
  const run = `and ${column} >= ${parameter(from)} and ${column} < ${parameter(to)}`;
  const { rows } = await tx.query<R>(select(source, sort_order, run, ''), values);
  const meta = pageMeta(page, limit, end - first);
  const next = meta.has_next_page ? [String(down ? from : to - 1)] : null;
  return { rows, next, meta: { ...meta, total_capped: false } };
}

function parametersOf({ where }: LogSource) {
  const values = [...where.values];
  return { values, parameter: (value: unknown): string => `$${values.push(value)}` };
}

function select(
  { table, columns, key, where }: LogSource,
  order: LogRequest['sort_order'],
  more: string,
  part: string,
) {
  const keys = key.map((column) => `${column} ${order}`).join(', ');
  return `select ${columns} from ${table} where ${where.text()} ${more} order by ${keys} ${part}`;
}

/** One row more than asked for tells whether there is a next page. */
function cut<R extends object>({ key }: LogSource, rows: R[], limit: number): { shown: R[]; next: LogKey | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1) as Record<string, unknown> | undefined;
  return { shown, next: rows.length > limit && last ? key.map((column) => String(last[column])) : null };
}
