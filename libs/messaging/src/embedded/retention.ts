import { withTransaction, type Pool, type Tx } from '@annals/postgres';

/** Rows removed in one transaction at most, so that publishers never wait long. */
const mostRows = 5_000;

/**
 * Removes messages older than their topic's retention, from the tail on. One process at a time; the others return at once.
 * @returns number of messages removed
 */
export async function removeExpired(pool: Pool): Promise<number> {
  let removed = 0;
  for (let step = mostRows; step === mostRows; removed += step) step = await removeSome(pool);
  return removed;
}

function removeSome(pool: Pool): Promise<number> {
  return withTransaction(pool, async (tx) => {
    const lock = await tx.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('annals.bus.retention', 0)) as mine`,
    );
    if (!lock.rows[0]?.mine) return 0;
    const parts = await tx.query<Part>(
      `select p.topic, p.part, p.tail, t.retention_ms from bus_part p join bus_topic t using (topic) where p.head > p.tail`,
    );
    let removed = 0;
    for (const part of parts.rows) {
      if (removed < mostRows) removed += await cut(tx, part, mostRows - removed);
    }
    return removed;
  });
}

interface Part {
  topic: string;
  part: number;
  tail: string;
  retention_ms: string;
}

async function cut(tx: Tx, { topic, part, tail, retention_ms }: Part, limit: number): Promise<number> {
  const { rows } = await tx.query<{ removed: number; last: string | null }>(
    `with oldest as (
       select off, ts >= now() - $5 * interval '1 ms' as kept
       from bus_msg where topic = $1 and part = $2 and off >= $3 order by off limit $4
     ), gone as (
       delete from bus_msg where topic = $1 and part = $2 and off >= $3
         and off < (select coalesce(min(off) filter (where kept), max(off) + 1) from oldest)
       returning off
     )
     select count(*)::int as removed, max(off) as last from gone`,
    [topic, part, tail, limit, retention_ms],
  );
  const { removed, last } = rows[0]!;
  if (last !== null) {
    await tx.query('update bus_part set tail = $3::bigint + 1 where topic = $1 and part = $2', [topic, part, last]);
  }
  return removed;
}
