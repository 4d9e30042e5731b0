import { type Tx } from '@annals/postgres';
import { insertRows } from '../log/insert-rows.js';
import { auditColumns, type AuditRow } from './audit-row.js';
import { byteaOf } from './ledger-rows.js';

/** Inserts entries of one account, in whose scope the transaction is. */
export async function insertEntries(tx: Tx, accountId: string, rows: readonly AuditRow[]): Promise<void> {
  await insertRows<RowText>(tx, 'audit_entries', auditColumns, accountId, rows.map(asText));
}

type RowText = Record<keyof typeof auditColumns, string | null>;

const asText = (row: AuditRow): RowText => ({
  ...row,
  prev_hash: byteaOf(row.prev_hash),
  hash: byteaOf(row.hash),
  occurred_at: row.occurred_at.toISOString(),
  changes: JSON.stringify(row.changes),
  temporary_roles: JSON.stringify(row.temporary_roles),
});
