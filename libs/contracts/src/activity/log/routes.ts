import { z } from 'zod';
import { route } from '../../route.js';
import { TrackActivity } from '../activity-fact.js';
import { logOf } from '../log-list.js';
import { ActivityEntry } from './entry.js';
import { ActivityExportQuery, ActivityQuery, ActivityStreamQuery } from './query.js';

const shared = { owner: 'activity', tag: 'Activity', access: { kind: 'user' } } as const;

export const trackActivityRoute = route('trackActivity', {
  ...shared,
  method: 'POST',
  path: '/users/activity',
  summary: 'Record one fact or up to 500; stored durably before the answer, or not at all without consent to it',
  body: TrackActivity,
  // Five hundred facts with a little data each do not fit the usual 100 KB.
  bodyLimit: 512 * 1024,
  quiet: true,
  responses: {
    202: z.object({
      /** Facts that were stored. */
      accepted: z.number().int(),
      ids: z.array(z.uuid()),
      /** Whether the person consents to such facts (`activity_tracking` of their consents); none is stored else. */
      consented: z.boolean(),
      /** Present when what the account holds about the person is restricted (Art. 18 GDPR): none is stored then either. */
      restricted: z.literal(true).optional(),
    }),
  },
});

export const listActivityRoute = route('listActivity', {
  ...shared,
  method: 'GET',
  path: '/users/activity',
  summary: 'Your activity log in this account, newest first',
  query: ActivityQuery,
  discloses: { person: 'user_id' },
  responses: { 200: logOf(ActivityEntry) },
});

export const exportActivityRoute = route('exportActivity', {
  ...shared,
  method: 'GET',
  path: '/users/activity/export',
  summary:
    'Your activity log as a file: CSV (RFC 4180, safe for spreadsheets) or one JSON object a line, as long as it is',
  query: ActivityExportQuery,
  discloses: { person: 'user_id' },
  responses: { 200: 'stream' },
});

export const streamActivityRoute = route('streamActivity', {
  ...shared,
  method: 'GET',
  path: '/users/activity/stream',
  summary: 'Your activity as it happens, as Server-Sent Events; `Last-Event-ID` goes on without a gap',
  query: ActivityStreamQuery,
  discloses: { person: 'user_id' },
  responses: { 200: 'stream' },
});

export const activityLogRoutes = [
  trackActivityRoute,
  listActivityRoute,
  exportActivityRoute,
  streamActivityRoute,
] as const;
