import { type EventStore } from '@annals/event-store';
import { type Pool } from '@annals/postgres';
import { type MountedRoute } from '@annals/service';
import { listActivity } from './activity/list-activity.js';
import { trackActivity } from './activity/track-activity.js';
import { getAuditLog } from './audit/get-audit-log.js';
import { listAuditLogs } from './audit/list-audit-logs.js';

/** Everything this service answers. */
export const activityServiceRoutes = (pool: Pool, store: EventStore): MountedRoute[] => [
  trackActivity(pool, store),
  listActivity(pool),
  listAuditLogs(pool, store),
  getAuditLog(pool, store),
];
