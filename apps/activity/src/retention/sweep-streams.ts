import { streamName } from '@annals/event-store';
import { withTenant } from '@annals/postgres';
import { dayOf, trackedDay } from '../activity/tracked.js';
import { type DueOfAccount, type RetentionGround } from './ground.js';
import { keepLeaves } from './keep-leaves.js';
import { retentionSchema as schema } from './projection.js';

const streamsAtOnce = 50;

/** Removes an account's streams of facts of the days before a moment, but not those of held people. @returns how many went */
export async function sweepStreams(
  { pool, store }: RetentionGround,
  accountId: string,
  { until, held, lost }: DueOfAccount,
): Promise<number> {
  for (let removed = 0; ;) {
    lost.throwIfAborted();
    const { rows } = await pool.query<{ person: string; day: string }>(
      `select person, day from ${schema}.fact_days
       where account = $1 and day < $2::date and not person = any($3::uuid[])
       order by day, person limit ${streamsAtOnce}`,
      [accountId, until.toISOString(), await held()],
    );
    if (rows.length === 0) return removed;
    const ids = rows.map(({ person, day }) => dayOf({ account_id: accountId, user_id: person }, day));
    const streams = ids.map((id) => streamName(trackedDay.category, id));
    await withTenant(pool, { accountId }, (tx) => keepLeaves(tx, accountId, streams));
    await Promise.all(streams.map((stream) => store.removeStream(stream)));
    // Last, so that a sweep that ended on the way finds them again.
    await pool.query(
      `delete from ${schema}.fact_days f using unnest($2::uuid[], $3::date[]) as gone(person, day)
       where f.account = $1 and f.person = gone.person and f.day = gone.day`,
      [accountId, rows.map(({ person }) => person), rows.map(({ day }) => day)],
    );
    removed += rows.length;
  }
}
