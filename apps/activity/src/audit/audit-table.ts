import { projectionSchema } from '@annals/postgres';
import { auditColumns } from './audit-row.js';
import { auditLog } from './projection.js';

// Where the rows are that readers see: those of the projection's present version.
const schema = projectionSchema(auditLog);

/** Entries, by account and `seq`. */
export const auditTable = `${schema}.audit_entries`;

/** `account_id, level, idx, hash`: roots of complete subtrees of the levels 8, 16, 24 …; lower ones follow from the entries. */
export const tilesTable = `${schema}.audit_tiles`;

/** `log, size, peaks, last_hash`: where each account's log stands. Open to all accounts: it holds ids and hashes only. */
export const logsTable = `${schema}.logs`;

/** Columns of an `AuditRow`. */
export const storedColumns = ['account_id', ...Object.keys(auditColumns)].join(', ');
