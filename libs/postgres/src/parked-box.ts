import type { Sql } from './sql.js';

/** Something put aside, as the database has it: texts may be anybody's. */
export interface ParkedRow {
  /** `prefix` of the page and the row's number. */
  id: string;
  /** When, in RFC 3339 with microseconds: JavaScript's dates would lose the last digits, by which pages go on. */
  at: string;
  source: string;
  origin: string;
  key: string | null;
  cause_id: string;
  cause_type: string;
  account: string | null;
  error: string | null;
  attempts: number;
  waiting: number;
  retry_at: Date | null;
  retryable: boolean;
  headers: Record<string, string>;
}

/** A page of what is put aside, in the order of time and id, so that pages of several boxes can be merged. */
export interface ParkedPage {
  /** Comes before each row's number in its id. */
  prefix: string;
  order: 'asc' | 'desc';
  limit: number;
  /** Begins after this place, whether a row of this box or not. */
  after?: { at: string; id: string } | undefined;
  account?: string | undefined;
  source?: string | undefined;
}

/** Work of one kind that was put aside in one database. */
export interface ParkedBox {
  page(page: ParkedPage): Promise<ParkedRow[]>;
  find(prefix: string, number: string): Promise<ParkedRow | undefined>;
  /** Has it tried again. However many ask at once, it is done once. @returns false for what is not there (any more) */
  retry(number: string): Promise<boolean>;
  /** How many there are, by source. */
  counts(): Promise<ReadonlyMap<string, number>>;
}

const columns = `source, origin, key, cause_id, cause_type, account, error, attempts, waiting, retry_at, retryable, headers,
  to_char(parked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;

/**
 * Reads a box.
 * @param rows query for all columns of a `ParkedRow`, with `n` for the number and `parked_at` for the time; its values are
 *   the first parameters
 */
export function parkedRows(
  sql: Sql,
  rows: string,
  values: readonly unknown[],
): Pick<ParkedBox, 'page' | 'find' | 'counts'> {
  const parameter = (place: number) => `$${values.length + place}`;
  const id = `(${parameter(1)}::text || n::text) collate "C"`;
  return {
    async page({ prefix, order, limit, after, account, source }) {
      const [, at, last, most, of, by] = [1, 2, 3, 4, 5, 6].map(parameter);
      const text = `
        select ${id} as id, ${columns} from (${rows}) r
        where (${at}::timestamptz is null
               or (parked_at, ${id}) ${order === 'asc' ? '>' : '<'} (${at}::timestamptz, ${last}::text collate "C"))
          and (${of}::text is null or account = ${of}) and (${by}::text is null or source = ${by})
        order by parked_at ${order}, ${id} ${order} limit ${most}`;
      const place = [prefix, after?.at ?? null, after?.id ?? null, limit, account ?? null, source ?? null];
      return (await sql.query<ParkedRow>(text, [...values, ...place])).rows;
    },
    async find(prefix, number) {
      const text = `select ${id} as id, ${columns} from (${rows}) r where n = ${parameter(2)}::bigint`;
      return (await sql.query<ParkedRow>(text, [...values, prefix, number])).rows[0];
    },
    async counts() {
      const text = `select source, count(*)::int as count from (${rows}) r group by source`;
      const counted = await sql.query<{ source: string; count: number }>(text, [...values]);
      return new Map(counted.rows.map(({ source, count }) => [source, count]));
    },
  };
}
