import { type AuditRow } from '../audit/audit-row.js';
import { canonicalEntry, type CanonicalEntry } from '../audit/canonical-entry.js';

/** An entry as it leaves the system to be verified: what its hash covers, and the hash. */
export type ExportLine = CanonicalEntry & { readonly hash: string };

export const exportLine = (row: AuditRow): ExportLine => ({ ...canonicalEntry(row), hash: row.hash.toString('hex') });
