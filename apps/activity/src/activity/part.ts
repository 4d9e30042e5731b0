import { trackingConsents } from '../consent/tracking-consents.js';
import { type Part } from '../part.js';
import { exportActivity } from './export-activity.js';
import { usualRhythm } from './follow-activity.js';
import { listActivity } from './list-activity.js';
import { watchNewEntries } from './new-entries.js';
import { activityLog } from './projection.js';
import { activityTable } from './stored-entry.js';
import { streamActivity } from './stream-activity.js';
import { trackActivity } from './track-activity.js';

/** The activity log of each person: facts of the streams and facts that clients tell. */
export const activityPart: Part = {
  projections: () => [activityLog, trackingConsents],
  monthly: [activityLog],
  kept: [
    {
      ...{ class: 'activity', table: activityTable, at: 'recorded_at' },
      ...{ told: "source = 'client'", monthly: true, whose: { column: 'user_id', by: 'id' } },
    },
  ],
  open({ pool, store, logger }) {
    const newEntries = watchNewEntries(pool, (error) => logger.warn({ error }, 'new entries could not be heard of'));
    const following = { pool, store, newEntries, rhythm: usualRhythm };
    return {
      routes: [
        trackActivity(pool, store),
        listActivity(pool, store),
        exportActivity(pool, store),
        streamActivity(following),
      ],
      stop: () => newEntries.stop(),
    };
  },
};
