import { type Tx } from '@annals/postgres';
import { entityIdOf } from '../audit/audit-row.js';
import { auditTable } from '../audit/audit-table.js';

/** Keeps the entries of streams that are about to go, and their hashes. The audit log must show all of their events. */
export async function keepLeaves(tx: Tx, accountId: string, streams: readonly string[]): Promise<void> {
  const values = [accountId, streams.map((stream) => entityIdOf(stream, accountId)), streams];
  const theirs = `from ${auditTable} e where account_id = $1 and entity_id = any($2) and stream = any($3)`;
  await Promise.all([
    tx.query(
      `insert into public.kept_leaves (log, seq, event_id, hash) select account_id, seq, id, hash ${theirs}
       on conflict do nothing`,
      values,
    ),
    tx.query(
      `insert into public.kept_entries (account_id, seq, entry) select account_id, seq, to_json(e) ${theirs}
       on conflict do nothing`,
      values,
    ),
  ]);
}
