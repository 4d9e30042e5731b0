import { type Tx } from '@annals/postgres';
import { insertRows } from '../log/insert-rows.js';
import { auditColumns, type AuditRow } from './audit-row.js';
import { byteaOf } from './ledger-rows.js';

type Column = keyof typeof auditColumns;

/** Inserts entries of one account, in whose scope the transaction is. */
export async function insertEntries(tx: Tx, accountId: string, rows: readonly AuditRow[]): Promise<void> {
  await insertRows<Pick<AuditRow, Column>>(tx, 'audit_entries', auditColumns, accountId, rows, textOf);
}

function textOf(row: Pick<AuditRow, Column>, column: Column): string | null {
  switch (column) {
    case 'prev_hash':
    case 'hash':
      return byteaOf(row[column]);
    case 'occurred_at':
      return row.occurred_at.toISOString();
    case 'changes':
    case 'temporary_roles':
      return JSON.stringify(row[column]);
    default:
      return row[column];
  }
}
