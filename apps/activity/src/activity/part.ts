import { trackingConsents } from '../consent/tracking-consents.js';
import { type Part } from '../part.js';
import { listActivity } from './list-activity.js';
import { activityLog } from './projection.js';
import { trackActivity } from './track-activity.js';

/** The activity log of each person: facts of the streams and facts that clients tell. */
export const activityPart: Part = {
  projections: () => [activityLog, trackingConsents],
  monthly: [activityLog],
  open: ({ pool, store }) => ({ routes: [trackActivity(pool, store), listActivity(pool, store)] }),
};
