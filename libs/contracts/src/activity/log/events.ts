import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { exportFormats, filterNames } from './query.js';

/** Somebody took a person's activity log, or a part of it, out of the system. */
export const ActivityExported = event('ActivityExported', {
  category: 'activityaccess',
  data: z.strictObject({
    account_id: z.uuid(),
    /** Whose log. */
    user_id: z.uuid(),
    /** Who took it. */
    exported_by: z.uuid(),
    format: z.enum(exportFormats),
    /** What narrowed it, by name: the values may be personal. */
    filters: z.array(z.enum(filterNames)),
    exported_at: z.iso.datetime(),
  }),
  audit: { entity: 'ActivityLog', action: 'INSERT', keys: ['account_id', 'user_id'] },
});

/** Somebody began to follow what everybody in the account does. Whoever follows one person is told of elsewhere. */
export const ActivityFollowed = event('ActivityFollowed', {
  category: 'activityaccess',
  data: z.strictObject({
    account_id: z.uuid(),
    /** Who follows. */
    user_id: z.uuid(),
    filters: z.array(z.enum(filterNames)),
    followed_at: z.iso.datetime(),
  }),
  audit: { entity: 'ActivityLog', action: 'INSERT', keys: ['account_id', 'user_id'] },
});
export type ActivityAccessEvent = EventOf<typeof ActivityExported | typeof ActivityFollowed>;

export const activityLogEvents = [ActivityExported, ActivityFollowed] as const;
