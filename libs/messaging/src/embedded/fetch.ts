import { type Sql } from '@annals/postgres';
import { fromWire, type Received } from '../message.js';
import { type InMsg } from '../bus.js';

export interface Place {
  topic: string;
  partition: number;
  next: bigint;
  attempt: number;
}

interface Row {
  n: number;
  off: string;
  key: string;
  headers: Record<string, string>;
  value: Buffer;
}

/**
 * The next messages of the first `mostPlaces` places that have any, in one round trip.
 * Places come in the order of who waited longest; those without messages are left out.
 */
export async function fetchMessages<P extends Place>(
  sql: Sql,
  places: readonly P[],
  mostPlaces: number,
  mostMessages: number,
): Promise<{ place: P; messages: InMsg[] }[]> {
  const { rows } = await sql.query<Row>(
    `with ready as (
       select w.n, w.topic, w.part, greatest(w.off, p.tail) as off
       from unnest($1::text[], $2::int[], $3::bigint[]) with ordinality as w(topic, part, off, n)
       join bus_part p on p.topic = w.topic and p.part = w.part and p.head > w.off
       order by w.n limit $4
     )
     select r.n::int as n, m.off, m.key, m.headers, m.value
     from ready r cross join lateral (
       select b.off, b.key, b.headers, b.value from bus_msg b
       where b.topic = r.topic and b.part = r.part and b.off >= r.off order by b.off limit $5
     ) m order by r.n, m.off`,
    [
      places.map((place) => place.topic),
      places.map((place) => place.partition),
      places.map((place) => place.next.toString()),
      mostPlaces,
      mostMessages,
    ],
  );
  const batches = new Map<number, InMsg[]>();
  for (const row of rows) {
    const place = places[row.n - 1]!;
    const batch = batches.get(row.n) ?? [];
    batches.set(row.n, batch);
    batch.push(fromWire(receivedAt(place, row), place.attempt));
  }
  return [...batches].map(([n, messages]) => ({ place: places[n - 1]!, messages }));
}

function receivedAt({ topic, partition }: Place, { off, key, headers, value }: Row): Received {
  return { topic, partition, offset: BigInt(off), key, headers, value };
}
