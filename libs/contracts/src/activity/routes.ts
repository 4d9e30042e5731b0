import { z } from 'zod';
import { route } from '../route.js';
import { analyticsRoutes } from './analytics/routes.js';
import { AuditEntry, AuditOutcome } from './audit-entry.js';
import { engagementRoutes } from './engagement/routes.js';
import { feedbackRoutes } from './feedback/routes.js';
import { activityLogRoutes } from './log/routes.js';
import { logChoice } from './log-choice.js';
import { logOf, logQuery } from './log-list.js';
import { parkedRoutes } from './parked/routes.js';
import { retentionRoutes } from './retention/routes.js';
import { proofRoutes } from './proof/routes.js';

const owner = 'activity' as const;
const text = z.string().min(1).max(200);

const access = { kind: 'permission', permission: 'VIEW_AUDIT_LOG' } as const;

const place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const AuditQuery = z.strictObject({
  ...logQuery,
  ...logChoice,
  entity: text.optional(),
  entity_id: text.optional(),
  action: z.enum(['INSERT', 'UPDATE', 'DELETE']).optional(),
  event_type: text.optional(),
  stream: text.optional(),
  outcome: AuditOutcome.optional(),
  /** Id of the user who did it. */
  actor: z.uuid().optional(),
  actor_kind: z.enum(['user', 'service', 'anonymous']).optional(),
  principal: text.optional(),
  on_behalf_of: z.uuid().optional(),
  session_id: z.uuid().optional(),
  elevation_id: z.uuid().optional(),
  /** Role that the actor had for a time only. */
  temporary_role: text.optional(),
  transaction_id: text.optional(),
  request_id: text.optional(),
  correlation_id: text.optional(),
  causation_id: text.optional(),
  command_id: text.optional(),
  trace_id: text.optional(),
  /** Text found in the reason, in small or capital letters. */
  reason: text.optional(),
  /** Text found in the name of the client. */
  user_agent: text.optional(),
  /** Only entries from this place in the log on. */
  from_seq: place.optional(),
  /** Only entries before this place in the log. */
  to_seq: place.optional(),
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
  discloses: 'many',
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
  query: z.strictObject(logChoice),
  discloses: { thing: 'id' },
  responses: { 200: AuditEntry },
});

export const activityRoutes = [
  ...activityLogRoutes,
  listAuditLogsRoute,
  getAuditLogRoute,
  ...proofRoutes,
  ...parkedRoutes,
  ...retentionRoutes,
  ...engagementRoutes,
  ...feedbackRoutes,
  ...analyticsRoutes,
] as const;
