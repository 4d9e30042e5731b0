import type { RevocationMarker } from '@annals/contracts';
import { notify, withTransaction, type Pool, type Sql } from '@annals/postgres';

/** Channel on which processes of identity tell each other about new markers. */
export const revocationChannel = 'identity_revocations';

/** What became untrue: contexts of this session, user, account or membership. */
export type Revoked = Pick<RevocationMarker, 'kind' | 'key'>;

/**
 * Writes a revocation marker, once per source. When this resolves, every process of identity is being told.
 * One writer at a time, so that markers become visible in the order of their numbers and a follower misses none.
 * @param sourceId id of the event that caused it
 */
export async function revoke(pool: Pool, sourceId: string, { kind, key }: Revoked, at: string): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('identity.revocations'))", []);
    await tx.query(
      'insert into revocations (source_id, kind, key, at) values ($1, $2, $3, $4) on conflict do nothing',
      [sourceId, kind, key, at],
    );
    await tx.query("delete from revocations where at < now() - interval '1 hour'", []);
    await notify(tx, revocationChannel, '');
  });
}

/** Markers read at once; a shorter page is the last one. */
export const revocationPage = 1000;

/** Markers after a number, in order. */
export async function revocationsAfter(sql: Sql, seq: number): Promise<RevocationMarker[]> {
  const { rows } = await sql.query<{ seq: string; kind: RevocationMarker['kind']; key: string; at: Date }>(
    'select seq, kind, key, at from revocations where seq > $1 order by seq limit $2',
    [seq, revocationPage],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq), at: row.at.toISOString() }));
}
