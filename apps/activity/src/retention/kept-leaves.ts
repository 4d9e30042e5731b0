import { tenantTable, type Tx } from '@annals/postgres';
import { appendHash, type LogState, type Tile } from '../audit/log-state.js';

/**
 * DDL of what is kept of entries whose events are not in the event store any more, for a log that is built anew and does
 * not meet those events: their hashes, and for as long as the log shows them the entries themselves. Of no version of the
 * read model, and outlives them all.
 */
export const keptLeavesTables = `
  do $body$ begin
    if to_regclass('public.kept_leaves') is null then
      create table public.kept_leaves (
        log uuid not null,
        seq bigint not null,
        event_id uuid not null,
        hash bytea not null,
        primary key (log, seq)
      );
      comment on table public.kept_leaves is 'nothing makes them anew, so they belong into backups; of all accounts, for it holds ids and hashes only';
      create table public.kept_entries (
        account_id uuid not null,
        seq bigint not null,
        entry json not null,
        primary key (account_id, seq)
      );
      ${tenantTable('public.kept_entries')}
    end if;
  end $body$;
`;

interface KeptLeaf {
  seq: string;
  event_id: string;
  hash: Buffer;
}

/** Leaves that wait at or behind the end of each log, the next one last; a log without any is missing. */
export type KeptLeaves = Map<string, KeptLeaf[]>;

const leavesAtOnce = 5_000;

/** Of a log that is level with the event store there are none: everything that was removed had been its entry before. */
export async function readKeptLeaves(tx: Tx, logs: readonly string[]): Promise<KeptLeaves> {
  const { rows } = await tx.query<KeptLeaf & { log: string }>(
    `select k.* from unnest($1::uuid[]) as asked(log) left join logs l on l.log = asked.log, lateral (
       select * from public.kept_leaves k where k.log = asked.log and k.seq >= coalesce(l.size, 0)
       order by k.seq limit ${leavesAtOnce}
     ) k order by k.seq desc`,
    [logs],
  );
  const leaves: KeptLeaves = new Map();
  for (const { log, ...leaf } of rows) {
    const waiting = leaves.get(log);
    if (waiting) waiting.push(leaf);
    else leaves.set(log, [leaf]);
  }
  return leaves;
}

/**
 * Appends the kept leaves that come before an event. One of the event itself gives way: it is still there.
 * @param passed told the place of each leaf that was appended
 */
export async function appendKept(
  tx: Tx,
  leaves: KeptLeaves,
  { log, eventId }: { log: string; eventId: string },
  before: LogState,
  completed: (tile: Tile) => void,
  passed: (seq: string) => void,
): Promise<LogState> {
  let state = before;
  for (let isThere = false; !isThere;) {
    const waiting = leaves.get(log);
    const leaf = waiting?.at(-1);
    if (!waiting || leaf?.seq !== String(state.frontier.size)) break;
    waiting.pop();
    isThere = leaf.event_id === eventId;
    if (!isThere) {
      state = appendHash(state, leaf.hash, completed);
      passed(leaf.seq);
    }
    if (waiting.length === 0) await readOn(tx, leaves, log, leaf.seq);
  }
  return state;
}

async function readOn(tx: Tx, leaves: KeptLeaves, log: string, after: string): Promise<void> {
  const { rows } = await tx.query<KeptLeaf>(
    `select seq, event_id, hash from public.kept_leaves where log = $1 and seq > $2 order by seq limit ${leavesAtOnce}`,
    [log, after],
  );
  if (rows.length > 0) leaves.set(log, rows.reverse());
  else leaves.delete(log);
}

/** Puts kept entries back into the log of the account in scope; of those that are past their time, the hash is enough. */
export async function restoreKept(tx: Tx, accountId: string, seqs: readonly string[]): Promise<void> {
  if (seqs.length === 0) return;
  await tx.query(
    `insert into audit_entries select entry.* from public.kept_entries k,
       json_populate_record(null::audit_entries, k.entry) entry
     where k.account_id = $1 and k.seq = any($2::bigint[])`,
    [accountId, seqs],
  );
}
