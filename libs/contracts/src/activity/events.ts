import { z } from 'zod';
import { event, type EventOf } from '../event.js';
import { personalFacts } from './activity-fact.js';
import { feedbackEvents } from './feedback/events.js';
import { activityLogEvents } from './log/events.js';
import { parkedWorkEvents } from './parked/events.js';
import { proofEvents } from './proof/events.js';
import { retentionEvents } from './retention/events.js';

/** A client told what its user did. One event per request, so that a batch is stored whole by one append. */
export const ActivityTracked = event('ActivityTracked', {
  category: 'tracked',
  data: z.strictObject({
    account_id: z.uuid(),
    user_id: z.uuid(),
    /** The command's id: a repetition on the next day finds it in the stream of the day before. */
    batch_id: z.uuid(),
    count: z.number().int().positive(),
    facts: personalFacts,
  }),
  subject: 'user_id',
  audit: { entity: 'Activity', action: 'INSERT', keys: ['account_id', 'user_id', 'batch_id', 'facts'] },
});
export type TrackedEvent = EventOf<typeof ActivityTracked>;

export const activityEvents = [
  ActivityTracked,
  ...activityLogEvents,
  ...parkedWorkEvents,
  ...proofEvents,
  ...feedbackEvents,
  ...retentionEvents,
] as const;
