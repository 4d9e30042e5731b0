import { z } from 'zod';
import { route } from '../route.js';
import { ActivityEntry, TrackActivity } from './activity-fact.js';
import { AuditEntry, AuditOutcome } from './audit-entry.js';
import { logOf, logQuery } from './log-list.js';

const owner = 'activity' as const;
const text = z.string().min(1).max(200);

export const trackActivityRoute = route('trackActivity', {
  owner,
  method: 'POST',
  path: '/users/activity',
  tag: 'Activity',
  summary: 'Record one fact or up to 500; stored durably before the answer, or not at all without consent to it',
  access: { kind: 'user' },
  body: TrackActivity,
  // Five hundred facts with a little data each do not fit the usual 100 KB.
  bodyLimit: 512 * 1024,
  responses: {
    202: z.object({
      /** Facts that were stored. */
      accepted: z.number().int(),
      ids: z.array(z.uuid()),
      /** Whether the person consents to such facts (`activity_tracking` of their privacy settings); none is stored else. */
      consented: z.boolean(),
    }),
  },
});

export const ActivityQuery = z.strictObject({
  ...logQuery,
  /** Another member's log; needs VIEW_AUDIT_LOG. */
  user_id: z.uuid().optional(),
  type: text.optional(),
  category: text.optional(),
  tag: text.optional(),
  session: z.uuid().optional(),
  /** Text found in type, category, tags or data. */
  q: text.optional(),
});
export type ActivityQuery = z.infer<typeof ActivityQuery>;

export const listActivityRoute = route('listActivity', {
  owner,
  method: 'GET',
  path: '/users/activity',
  tag: 'Activity',
  summary: 'Your activity log in this account, newest first',
  access: { kind: 'user' },
  query: ActivityQuery,
  responses: { 200: logOf(ActivityEntry) },
});

const access = { kind: 'permission', permission: 'VIEW_AUDIT_LOG' } as const;

export const AuditQuery = z.strictObject({
  ...logQuery,
  entity: text.optional(),
  entity_id: text.optional(),
  action: z.enum(['INSERT', 'UPDATE', 'DELETE']).optional(),
  event_type: text.optional(),
  /** Id of the user who did it. */
  actor: z.uuid().optional(),
  request_id: text.optional(),
  outcome: AuditOutcome.optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const listAuditLogsRoute = route('listAuditLogs', {
  owner,
  method: 'GET',
  path: '/audit-logs',
  tag: 'Audit',
  summary: 'Who changed what in this account, with old and new values, newest first',
  access,
  query: AuditQuery,
  responses: { 200: logOf(AuditEntry) },
});

export const getAuditLogRoute = route('getAuditLog', {
  owner,
  method: 'GET',
  path: '/audit-logs/{id}',
  tag: 'Audit',
  summary: 'One entry of the audit log',
  access,
  params: z.object({ id: z.uuid() }),
  responses: { 200: AuditEntry },
});

export const activityRoutes = [trackActivityRoute, listActivityRoute, listAuditLogsRoute, getAuditLogRoute] as const;
