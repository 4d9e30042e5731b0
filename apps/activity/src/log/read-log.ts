import { type CursorMeta, pageMeta, type LogPageMeta } from '@annals/contracts';
import { type Pool, type TenantScope, withTenant } from '@annals/postgres';
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
}

export interface LogPage<R> {
  rows: R[];
  meta: CursorMeta | z.infer<typeof LogPageMeta>;
}

/**
 * One page of a long log. By number it is counted and skipped to; by cursor it begins where the page before ended,
 * so that page 400 costs what page 1 costs.
 */
export async function readLog<R extends object>(pool: Pool, source: LogSource, asked: LogRequest): Promise<LogPage<R>> {
  const { limit } = asked;
  const scope = {
    accountId: source.scope.accountId,
    filter: { ...source.filter, order: asked.sort_order, key: source.key },
  };
  const query = pageOf(source, scope, asked);
  const { rows, total } = await withTenant(pool, source.scope, async (tx) => {
    const counted = asked.cursor === undefined ? tx.query<{ total: string }>(...countOf(source)) : undefined;
    const [page, count] = await Promise.all([tx.query<R>(...query), counted]);
    return { rows: page.rows, total: count && Number(count.rows[0]?.total ?? 0) };
  });
  // One row more than asked for tells whether there is a next page.
  const more = rows.length > limit;
  const shown = more ? rows.slice(0, limit) : rows;
  const last = shown.at(-1);
  const next_cursor = more && last ? encodeCursor(scope, keyOf(source, last)) : null;
  const meta = total === undefined ? { limit, has_next_page: more } : pageMeta(asked.page, limit, total);
  return { rows: shown, meta: { ...meta, next_cursor } };
}

const keyOf = ({ key }: LogSource, row: object): LogKey =>
  key.map((column) => String((row as Record<string, unknown>)[column]));

const countOf = ({ table, where }: LogSource): [string, unknown[]] => [
  `select count(*) as total from ${table} where ${where.text()}`,
  where.values,
];

function pageOf(source: LogSource, scope: CursorScope, asked: LogRequest): [string, unknown[]] {
  const { table, columns, key, where } = source;
  const values = [...where.values];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  let after = '';
  let offset = '';
  if (asked.cursor === undefined) {
    offset = `offset ${parameter((asked.page - 1) * asked.limit)}`;
  } else {
    const place = decodeCursor(scope, asked.cursor).map(parameter).join(', ');
    after = `and (${key.join(', ')}) ${asked.sort_order === 'desc' ? '<' : '>'} (${place})`;
  }
  const order = key.map((column) => `${column} ${asked.sort_order}`).join(', ');
  const text = `select ${columns} from ${table} where ${where.text()} ${after} order by ${order} limit ${parameter(asked.limit + 1)} ${offset}`;
  return [text, values];
}
