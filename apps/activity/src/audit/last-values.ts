import { type LastValues } from '@annals/event-store';
import { type Tx } from '@annals/postgres';

/** What the fields of these streams' entities were last set to; a stream without any is missing. */
export async function readLastValues(tx: Tx, streams: readonly string[]): Promise<Map<string, LastValues>> {
  const { rows } = await tx.query<{ stream: string; fields: LastValues }>(
    'select stream, fields from last_values where stream = any($1)',
    [streams],
  );
  return new Map(rows.map(({ stream, fields }) => [stream, fields]));
}

/** A stream whose fields all ended is forgotten, so the table grows with what lives and not with what ever lived. */
export async function writeLastValues(tx: Tx, last: ReadonlyMap<string, LastValues>): Promise<void> {
  const ended = [...last].filter(([, fields]) => Object.keys(fields).length === 0).map(([stream]) => stream);
  const living = [...last].filter(([, fields]) => Object.keys(fields).length > 0);
  await Promise.all([
    tx.query('delete from last_values where stream = any($1)', [ended]),
    tx.query(
      `insert into last_values (stream, fields)
       select u.stream, u.fields::json from unnest($1::text[], $2::text[]) as u(stream, fields)
       on conflict (stream) do update set fields = excluded.fields`,
      [living.map(([stream]) => stream), living.map(([, fields]) => JSON.stringify(fields))],
    ),
  ]);
}
