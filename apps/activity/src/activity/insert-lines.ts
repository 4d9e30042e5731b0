import { type Tx } from '@annals/postgres';
import { type ActivityLine, lineColumns, type LineOrigin, originColumns } from './activity-row.js';

/** An event's lines and what they share; a client tells hundreds in one event. */
export interface EventLines {
  origin: LineOrigin;
  lines: readonly ActivityLine[];
}

const origins = Object.keys(originColumns) as (keyof LineOrigin)[];
const own = Object.keys(lineColumns) as (keyof ActivityLine)[];

/**
 * One parameter for each column that lines share, and one with the lines of each event as JSON: what they share is sent
 * once. The texts in it are read into their types afterwards, for JSON inside of JSON would lose what PostgreSQL's text
 * cannot hold.
 */
const insert = `
  insert into activity_entries (account_id, ${[...origins, ...own].join(', ')}, idx)
  select $1::uuid, ${origins.map((name) => `e.${name}::${originColumns[name]}`).join(', ')},
    ${own.map((name) => `l.${name}::${lineColumns[name]}`).join(', ')}, l.n - 1
  from unnest(${[...origins, 'lines'].map((_, index) => `$${index + 2}::text[]`).join(', ')}) as e(${[...origins, 'lines'].join(', ')}),
    rows from (json_to_recordset(e.lines::json) as (${own.map((name) => `${name} text`).join(', ')}))
      with ordinality as l(${own.join(', ')}, n)
  where not exists (select from erased_people x where x.account_id = $1::uuid and x.user_id = l.user_id::uuid)`;

/**
 * Inserts the lines of many events of one account in one statement, each numbered within its event from 0. People who were
 * erased get none: what is still done about them then (a session ends, a document goes) would begin their log anew.
 */
export async function insertLines(tx: Tx, accountId: string, events: readonly EventLines[]): Promise<void> {
  await tx.query(insert, [
    accountId,
    ...origins.map((name) => events.map(({ origin }) => origin[name])),
    events.map(({ lines }) => JSON.stringify(lines)),
  ]);
}
