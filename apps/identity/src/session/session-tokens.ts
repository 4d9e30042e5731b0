import type { Sql } from '@annals/postgres';
import type { Origin } from '../place/origin.js';
import { refreshTokenHash } from '../token/refresh-token.js';
import type { RefreshFamily } from '../token/rotate-refresh.js';

/** The row of a session: its refresh family and when it was last used. */
export interface SessionTokens extends RefreshFamily {
  started_at: Date;
  last_activity_at: Date;
  /** When its person last proved who they are. */
  authenticated_at: Date;
  expires_at: Date;
  /** How the person signed in (RFC 8176). */
  auth_methods: string[];
  /** The person had more than ordinary rights when it began. */
  elevated: boolean;
  /** Account of access tokens whose refresh names none: a hint, never a right. Null: it has to be looked for. */
  home_account_id: string | null;
}

/** Activity is written at most this often per session. */
const activityStepSeconds = 30;

export async function tokensOf(sql: Sql, sessionId: string): Promise<SessionTokens | null> {
  const { rows } = await sql.query<SessionTokens>(
    `select session_id, user_id, generation, token_hash, salt, rotated_at, rotated_from, started_at, last_activity_at,
       authenticated_at, expires_at, ended_at, auth_methods, elevated, home_account_id
     from session_tokens where session_id = $1`,
    [sessionId],
  );
  return rows[0] ?? null;
}

/**
 * Makes the next generation the present one. False when another request did so first, or the family has ended.
 * @param origin who gets the successor
 */
export async function rotate(
  sql: Sql,
  family: RefreshFamily,
  successor: string,
  { network, place }: Origin,
  now: string,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update session_tokens set generation = generation + 1, token_hash = $3, rotated_at = $4, last_activity_at = $4,
       rotated_from = $5, ${seenAt('$5', '$6', '$7')}
     where session_id = $1 and generation = $2 and ended_at is null`,
    [
      ...[family.session_id, family.generation, refreshTokenHash(successor), now],
      ...[network, place?.country ?? null, place?.region ?? null],
    ],
  );
  return rowCount === 1;
}

/** SQL that keeps where a session was seen. A request that tells no address changes nothing. */
const seenAt = (network: string, country: string, region: string) => `
  last_network = coalesce(${network}, last_network),
  last_country = case when ${network}::text is null then last_country else ${country} end,
  last_region = case when ${network}::text is null then last_region else ${region} end`;

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

/** Notes that the session was used, and where. */
export async function touch(sql: Sql, tokens: SessionTokens, { network, place }: Origin, now: string): Promise<void> {
  if (Date.parse(now) - tokens.last_activity_at.getTime() < activityStepSeconds * 1000) return;
  await sql.query(
    `update session_tokens set last_activity_at = greatest(last_activity_at, $2), ${seenAt('$3', '$4', '$5')}
     where session_id = $1`,
    [tokens.session_id, now, network, place?.country ?? null, place?.region ?? null],
  );
}

/** Sessions of a person that began by then, have not ended and are not too old. */
export async function openSessionsOf(sql: Sql, userId: string, startedBy: string): Promise<string[]> {
  const { rows } = await sql.query<{ session_id: string }>(
    `select session_id from session_tokens
     where user_id = $1 and ended_at is null and expires_at > now() and started_at <= $2 order by session_id`,
    [userId, startedBy],
  );
  return rows.map((row) => row.session_id);
}

/** Those of them that are on one device. */
export async function openSessionsOn(sql: Sql, userId: string, deviceId: string): Promise<string[]> {
  const { rows } = await sql.query<{ session_id: string }>(
    `select session_id from session_tokens
     where user_id = $1 and device_id = $2 and ended_at is null and expires_at > now() order by session_id`,
    [userId, deviceId],
  );
  return rows.map((row) => row.session_id);
}

/** Sessions of a person give no tokens for this account any more unless it is named. */
export async function forgetHome(sql: Sql, userId: string, accountId: string): Promise<void> {
  await sql.query('update session_tokens set home_account_id = null where user_id = $1 and home_account_id = $2', [
    userId,
    accountId,
  ]);
}
