import { type Tx } from '@annals/postgres';
import { entityIdOf } from '../audit/audit-row.js';
import { auditTable } from '../audit/audit-table.js';

/** Keeps the hashes of the entries of streams that are about to go. The audit log must show all of their events. */
export async function keepLeaves(tx: Tx, accountId: string, streams: readonly string[]): Promise<void> {
  await tx.query(
    `insert into public.kept_leaves (log, seq, event_id, hash)
     select account_id, seq, id, hash from ${auditTable}
     where account_id = $1 and entity_id = any($2) and stream = any($3)
     on conflict do nothing`,
    [accountId, streams.map((stream) => entityIdOf(stream, accountId)), streams],
  );
}
