import type { Sql } from '@annals/postgres';

/** A new password of which the log may not know yet. */
export interface StagedChange {
  change_id: string;
  user_id: string;
  password_hash: string;
  now: string;
}

/** Lays a hash down for a change. False when the change has one already. */
export async function stageChange(sql: Sql, change: StagedChange): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into password_changes (change_id, user_id, password_hash, staged_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [change.change_id, change.user_id, change.password_hash, change.now],
  );
  return rowCount === 1;
}

/** Hash of a change that came before; null for a new one. */
export async function stagedHash(sql: Sql, changeId: string): Promise<string | null> {
  const { rows } = await sql.query<{ password_hash: string }>(
    'select password_hash from password_changes where change_id = $1',
    [changeId],
  );
  return rows[0]?.password_hash ?? null;
}

/**
 * Makes the hash of a change the one that counts, unless a later change was there first. Repeating it changes nothing.
 * @param revision of the change's fact in the person's log: facts may be followed late, but never backwards
 * @returns when it began to count; null when a later one counts
 */
export async function applyChange(
  sql: Sql,
  { change_id, user_id, revision }: { change_id: string; user_id: string; revision: bigint },
): Promise<Date | null> {
  // By the clock that sessions are started by.
  const now = new Date();
  await sql.query(
    `insert into credentials as c (user_id, password_hash, changed_at, change_revision)
     select user_id, password_hash, $4::timestamptz, $3::bigint from password_changes where change_id = $1 and user_id = $2
     on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = excluded.changed_at,
       change_revision = excluded.change_revision
     where c.change_revision < excluded.change_revision`,
    [change_id, user_id, String(revision), now],
  );
  await sql.query('update password_changes set applied_at = coalesce(applied_at, $2) where change_id = $1', [
    change_id,
    now,
  ]);
  const { rows } = await sql.query<{ changed_at: Date }>(
    'select changed_at from credentials where user_id = $1 and change_revision = $2',
    [user_id, String(revision)],
  );
  return rows[0]?.changed_at ?? null;
}

/** Counted changes are kept as long as an idempotency key is honoured; ones that never came to a fact, a month. */
export async function forgetOldChanges(sql: Sql): Promise<void> {
  await sql.query(
    `delete from password_changes where applied_at < now() - interval '1 day' or staged_at < now() - interval '30 days'`,
    [],
  );
}
