import { streamName } from '@annals/event-store';
import { type Eraser } from '@annals/service';
import { withTenant } from '@annals/postgres';
import { dayOf, trackedDay } from '../activity/tracked.js';
import { type Ground } from '../part.js';
import { keepLeaves } from '../retention/keep-leaves.js';
import { retentionSchema as schema } from '../retention/projection.js';

const streamsAtOnce = 50;

/**
 * Closes the streams of what clients told about a person. Their audit entries stay, and their hashes are kept for a log
 * that is built anew. What belongs to no account has no such streams.
 */
export function trackedDays({ backgroundPool: pool, store }: Pick<Ground, 'backgroundPool' | 'store'>): Eraser {
  return {
    of: 'tracked_days',
    async remove({ account_id, user_id }) {
      if (account_id === null) return 0;
      for (let removed = 0; ;) {
        const { rows } = await pool.query<{ day: string }>(
          `select day from ${schema}.fact_days where account = $1 and person = $2 order by day limit ${streamsAtOnce}`,
          [account_id, user_id],
        );
        if (rows.length === 0) return removed;
        const streams = rows.map(({ day }) => streamName(trackedDay.category, dayOf({ account_id, user_id }, day)));
        await withTenant(pool, { accountId: account_id }, (tx) => keepLeaves(tx, account_id, streams));
        await Promise.all(streams.map((stream) => store.removeStream(stream)));
        // Last, so that who ended on the way finds them again.
        await pool.query(
          `delete from ${schema}.fact_days where account = $1 and person = $2 and day = any($3::date[])`,
          [...[account_id, user_id, rows.map(({ day }) => day)]],
        );
        removed += rows.length;
      }
    },
  };
}
