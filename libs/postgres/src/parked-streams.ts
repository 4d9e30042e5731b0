import { parkedRows, type ParkedBox } from './parked-box.js';
import { retryParked } from './parked-events.js';
import type { Pool } from './pool.js';

/** One row per stream that a reactor holds up: its first parked event, and how many wait behind it. */
const rows = `
  select distinct on (reactor, stream) id as n, reactor as source, stream as origin, null as key,
         event_id::text as cause_id, event_type as cause_type, event_account_id::text as account, error, attempts,
         (count(*) over (partition by reactor, stream) - 1)::int as waiting, retry_at, true as retryable,
         '{}'::jsonb as headers, parked_at
  from parked_events order by reactor, stream, revision`;

/** What the reactors of this database could not act on. Trying again is asked for; the leading process does it. */
export const parkedStreamsBox = (pool: Pool): ParkedBox => ({
  ...parkedRows(pool, rows, []),
  retry: (number) => retryParked(pool, number),
});
