import { randomBytes } from 'node:crypto';
import type { Sql } from '@annals/postgres';
import { makeRefreshToken, refreshTokenHash } from '../token/refresh-token.js';
import type { RefreshFamily } from '../token/rotate-refresh.js';

/** The row of a session: its refresh family and when it was last used. */
export interface SessionTokens extends RefreshFamily {
  last_activity_at: Date;
  /** When its person last proved who they are. */
  authenticated_at: Date;
  expires_at: Date;
}

/** Activity is written at most this often per session. */
const activityStepSeconds = 30;

/**
 * Starts the refresh family of a session. Repeating it keeps the family that is there.
 * @returns the present refresh token
 */
export async function startFamily(
  sql: Sql,
  key: Buffer,
  session: { session_id: string; user_id: string; expires_at: string; now: string },
): Promise<string> {
  const { session_id, user_id, expires_at, now } = session;
  const salt = randomBytes(32);
  const first = makeRefreshToken(key, salt, { session_id, generation: 0 });
  await sql.query(
    `insert into session_tokens (session_id, user_id, generation, token_hash, salt, rotated_at, last_activity_at, authenticated_at, expires_at)
     values ($1, $2, 0, $3, $4, $5, $5, $5, $6) on conflict do nothing`,
    [session_id, user_id, refreshTokenHash(first), salt, now, expires_at],
  );
  const family = await tokensOf(sql, session_id);
  if (!family) throw new Error(`the tokens of session ${session_id} are gone`);
  return makeRefreshToken(key, family.salt, family);
}

export async function tokensOf(sql: Sql, sessionId: string): Promise<SessionTokens | null> {
  const { rows } = await sql.query<SessionTokens>(
    `select session_id, user_id, generation, token_hash, salt, rotated_at, last_activity_at, authenticated_at, expires_at, ended_at
     from session_tokens where session_id = $1`,
    [sessionId],
  );
  return rows[0] ?? null;
}

/** Makes the next generation the present one. False when another request did so first, or the family has ended. */
export async function rotate(sql: Sql, family: RefreshFamily, successor: string, now: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update session_tokens set generation = generation + 1, token_hash = $3, rotated_at = $4, last_activity_at = $4
     where session_id = $1 and generation = $2 and ended_at is null`,
    [family.session_id, family.generation, refreshTokenHash(successor), now],
  );
  return rowCount === 1;
}

/** Notes that the person of a session has just proved again who they are. */
export async function noteProof(sql: Sql, sessionId: string, now: string): Promise<void> {
  await sql.query('update session_tokens set authenticated_at = greatest(authenticated_at, $2) where session_id = $1', [
    sessionId,
    now,
  ]);
}

/** Ends the family: no token of it is good from here on. */
export async function endFamily(sql: Sql, sessionId: string, now: string): Promise<void> {
  await sql.query('update session_tokens set ended_at = coalesce(ended_at, $2) where session_id = $1', [
    sessionId,
    now,
  ]);
}

/** Notes that the session was used. */
export async function touch(sql: Sql, tokens: SessionTokens, now: string): Promise<void> {
  if (Date.parse(now) - tokens.last_activity_at.getTime() < activityStepSeconds * 1000) return;
  await sql.query('update session_tokens set last_activity_at = greatest(last_activity_at, $2) where session_id = $1', [
    tokens.session_id,
    now,
  ]);
}

/** Sessions of a person that have not ended and are not too old. */
export async function openSessionsOf(sql: Sql, userId: string): Promise<string[]> {
  const { rows } = await sql.query<{ session_id: string }>(
    'select session_id from session_tokens where user_id = $1 and ended_at is null and expires_at > now() order by session_id',
    [userId],
  );
  return rows.map((row) => row.session_id);
}
