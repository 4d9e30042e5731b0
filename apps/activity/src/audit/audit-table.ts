import { projectionSchema } from '@annals/postgres';
import { auditColumns } from './audit-row.js';
import { auditLog } from './projection.js';

/** Where the rows are that readers see: those of the projection's present version. */
export const auditTable = `${projectionSchema(auditLog)}.audit_entries`;

export const storedColumns = ['account_id', ...Object.keys(auditColumns), 'idx'].join(', ');
