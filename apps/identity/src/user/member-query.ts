import { projectionSchema } from '@annals/postgres';
import { people } from '../views/people/people.js';
import { termRange } from '../views/people/terms.js';
import type { PageEnd } from '@annals/service';

export interface MemberQuery {
  accountId: string;
  q: string | undefined;
  statuses: readonly string[];
  role: string | undefined;
  sortBy: 'name' | 'email' | 'created_at';
  descending: boolean;
  limit: number;
  from: { offset: number } | { after: PageEnd };
}

export interface MemberRow {
  user_id: string;
  email: string | null;
  name: string | null;
  status: string;
  /** What the row is sorted by, as text. */
  sort_key: string;
}

const schema = projectionSchema(people);
const columns = {
  name: { column: 'name_key', type: 'text', text: 'name_key' },
  email: { column: 'email_key', type: 'text', text: 'email_key' },
  created_at: {
    ...{ column: 'created_at', type: 'timestamptz' },
    text: `to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  },
} as const;

/** Conditions of a list, each of which an index can answer under row-level security, with their values. */
function conditionsOf({ accountId, statuses, role, q }: MemberQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [accountId, statuses];
  // Deleted people are shown where they are looked after and nowhere else.
  const conditions = ['account_id = $1', 'status = any($2)', `(status <> 'deleted' or managed_here)`];
  if (role !== undefined) conditions.push(`role = $${values.push(role)}`);
  if (q !== undefined) {
    const { from, before } = termRange(q);
    conditions.push(`user_id in (
      select user_id from ${schema}.member_terms
      where account_id = $1 and term >= $${values.push(from)} and term < $${values.push(before)})`);
  }
  return { text: conditions.join(' and '), values };
}

/** SQL of one page, with its values. */
export function pageOf(query: MemberQuery): [text: string, values: unknown[]] {
  const { sortBy, descending, limit, from } = query;
  const { column, type, text } = columns[sortBy];
  const where = conditionsOf(query);
  const { values } = where;
  const order = descending ? 'desc' : 'asc';
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const after =
    'after' in from
      ? `and (${column}, user_id) ${descending ? '<' : '>'} (${parameter(from.after[0])}::${type}, ${parameter(from.after[1])}::uuid)`
      : '';
  const offset = 'offset' in from ? `offset ${parameter(from.offset)}` : '';
  const sql = `select user_id, email, name, status, ${text} as sort_key from ${schema}.members
    where ${where.text} ${after} order by ${column} ${order}, user_id ${order} limit ${parameter(limit)} ${offset}`;
  return [sql, values];
}

/** SQL that counts what all pages hold, with its values. */
export function countOf(query: MemberQuery): [text: string, values: unknown[]] {
  const { text, values } = conditionsOf(query);
  return [`select count(*) as total from ${schema}.members where ${text}`, values];
}
