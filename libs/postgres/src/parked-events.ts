import type { StoredEvent } from '@annals/event-store';
import { notify } from './listen.js';
import type { Pool } from './pool.js';
import type { Sql } from './sql.js';

/** An event that a reactor could not act on, or that waits behind one of the same stream. */
export interface ParkedEvent {
  id: string;
  reactor: string;
  stream: string;
  revision: string;
  event_id: string;
  event_type: string;
  event_account_id: string | null;
  /** Null for one that was never tried, because it waits behind another. */
  error: string | null;
  attempts: number;
  parked_at: Date;
  /** When it is tried again by itself; null when it waits for `retryParked`, or behind another. */
  retry_at: Date | null;
}

/** Channel on which a wish to retry is told; the payload names the reactor. */
export const retryChannel = 'annals_retry_parked';

/** How many may be listed at once. */
const listLimit = 1_000;

/** What is parked, oldest first; of one reactor or of all. */
export async function parkedEvents(pool: Pool, reactor?: string): Promise<ParkedEvent[]> {
  const { rows } = await pool.query<ParkedEvent>(
    `select * from parked_events where $1::text is null or reactor = $1 order by id limit ${listLimit}`,
    [reactor ?? null],
  );
  return rows;
}

/** Has the stream of a parked event tried again now, from its first parked event on. @returns false for an unknown id */
export function retryParked(pool: Pool, id: string): Promise<boolean> {
  return requestRetry(pool, 'p.id = $1::bigint', id);
}

/** Has everything that a reactor parked tried again now. @returns false when there is nothing */
export function retryAllParked(pool: Pool, reactor: string): Promise<boolean> {
  return requestRetry(pool, 'p.reactor = $1', reactor);
}

async function requestRetry(pool: Pool, which: string, value: string): Promise<boolean> {
  const { rows } = await pool.query<{ reactor: string }>(
    `update parked_events head set retry_at = now() from parked_events p
     where ${which} and head.reactor = p.reactor and head.stream = p.stream
       and head.revision = (select min(revision) from parked_events f where f.reactor = p.reactor and f.stream = p.stream)
     returning head.reactor`,
    [value],
  );
  for (const reactor of new Set(rows.map((row) => row.reactor))) await notify(pool, retryChannel, reactor);
  return rows.length > 0;
}

/** Parking the same event twice leaves it parked once. */
export async function parkEvent(
  sql: Sql,
  reactor: string,
  event: StoredEvent,
  failure: { error: string; attempts: number; retryAt: Date | null } | null,
): Promise<void> {
  await sql.query(
    `insert into parked_events
       (reactor, stream, revision, event_id, event_type, event_account_id, error, attempts, retry_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (reactor, stream, revision) do nothing`,
    [
      ...[reactor, event.stream, String(event.revision), event.id, event.type, event.metadata.account_id],
      ...[failure?.error ?? null, failure?.attempts ?? 0, failure?.retryAt ?? null],
    ],
  );
}

export async function parkedStreams(sql: Sql, reactor: string): Promise<Set<string>> {
  const { rows } = await sql.query<{ stream: string }>('select distinct stream from parked_events where reactor = $1', [
    reactor,
  ]);
  return new Set(rows.map((row) => row.stream));
}

/** The first parked event of a stream, if any is left. */
export async function firstParked(sql: Sql, reactor: string, stream: string): Promise<ParkedEvent | undefined> {
  const { rows } = await sql.query<ParkedEvent>(
    'select * from parked_events where reactor = $1 and stream = $2 order by revision limit 1',
    [reactor, stream],
  );
  return rows[0];
}

/** The stream whose turn to be tried again comes first, and how long until then in milliseconds. */
export async function nextRetry(
  sql: Sql,
  reactor: string,
): Promise<{ stream: string; inMilliseconds: number } | undefined> {
  const { rows } = await sql.query<{ stream: string; wait: number }>(
    `select stream, greatest(0, extract(epoch from retry_at - now()) * 1000)::float8 as wait
     from parked_events where reactor = $1 and retry_at is not null order by retry_at limit 1`,
    [reactor],
  );
  return rows[0] && { stream: rows[0].stream, inMilliseconds: rows[0].wait };
}

export async function unpark(sql: Sql, id: string): Promise<void> {
  await sql.query('delete from parked_events where id = $1::bigint', [id]);
}

export async function parkAgain(sql: Sql, id: string, error: string, retryAt: Date | null): Promise<void> {
  await sql.query('update parked_events set error = $2, retry_at = $3, attempts = attempts + 1 where id = $1::bigint', [
    id,
    error,
    retryAt,
  ]);
}
