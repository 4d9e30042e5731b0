import type { EventStore } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Migration, Sql } from '@annals/postgres';
import { streamOf } from '../../owner.js';
import { verifications } from '../verification.js';
import { evidenceName, evidenceOf } from './stored-evidence.js';

/**
 * Bytes that are being put in place and are no fact yet. A name stands here before its bytes lie there, so that nothing
 * stays behind unseen when a process falls between the two.
 */
export const pendingEvidence: Migration = {
  id: '0010-pending-evidence',
  sql: `create table pending_evidence (name text primary key, since timestamptz not null)`,
};

/** Longer than any upload takes, in milliseconds. */
const patienceMs = 60 * 60 * 1000;

/** @param now RFC 3339 */
export async function notePending(sql: Sql, name: string, now: string): Promise<void> {
  await sql.query(
    `insert into pending_evidence (name, since) values ($1, $2)
     on conflict (name) do update set since = greatest(pending_evidence.since, excluded.since)`,
    [name, now],
  );
}

export async function forgetPending(sql: Sql, name: string): Promise<void> {
  await sql.query('delete from pending_evidence where name = $1', [name]);
}

/** Removes bytes of uploads that ended without a fact. Safe to repeat, and in several processes at once. */
export async function settlePending(
  { store, objects, pool }: { store: Pick<EventStore, 'load'>; objects: Objects; pool: Sql },
  now: string,
): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from pending_evidence where since <= $1 order by since limit 500',
    [new Date(Date.parse(now) - patienceMs).toISOString()],
  );
  for (const { name } of rows) {
    const { owner, documentId } = evidenceOf(name);
    const { state } = await store.load(verifications, streamOf(owner));
    const isKnown = state.documents.some(({ id }) => id === documentId);
    if (!isKnown) await objects.remove(evidenceName(owner, documentId));
    await forgetPending(pool, name);
  }
}
