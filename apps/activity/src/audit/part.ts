import { type Part } from '../part.js';
import { getAuditLog } from './get-audit-log.js';
import { listAuditLogs } from './list-audit-logs.js';
import { auditLog } from './projection.js';

/** The audit log of each account. */
export const auditPart: Part = {
  projections: () => [auditLog],
  monthly: [auditLog],
  open: ({ pool, store }) => ({ routes: [listAuditLogs(pool, store), getAuditLog(pool, store)] }),
};
