import type { Sql } from '@annals/postgres';

/** Keeps the hash of a new user's password. Repeating a registration keeps the first one. */
export async function storePassword(sql: Sql, userId: string, passwordHash: string, now: string): Promise<void> {
  await sql.query(
    'insert into credentials (user_id, password_hash, changed_at) values ($1, $2, $3) on conflict do nothing',
    [userId, passwordHash, now],
  );
}

/** Null when the person has no password, or there is no such person. */
export async function passwordHashOf(sql: Sql, userId: string): Promise<string | null> {
  const { rows } = await sql.query<{ password_hash: string }>(
    'select password_hash from credentials where user_id = $1',
    [userId],
  );
  return rows[0]?.password_hash ?? null;
}
