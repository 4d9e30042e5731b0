import { z } from 'zod';
import { route } from '../route.js';
import { AuditEntry, AuditOutcome } from './audit-entry.js';
import { engagementRoutes } from './engagement/routes.js';
import { activityLogRoutes } from './log/routes.js';
import { logOf, logQuery } from './log-list.js';
import { parkedRoutes } from './parked/routes.js';
import { retentionRoutes } from './retention/routes.js';
import { proofRoutes } from './proof/routes.js';

const owner = 'activity' as const;
const text = z.string().min(1).max(200);

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

export const activityRoutes = [
  ...activityLogRoutes,
  listAuditLogsRoute,
  getAuditLogRoute,
  ...proofRoutes,
  ...parkedRoutes,
  ...retentionRoutes,
  ...engagementRoutes,
] as const;
