import type { Sql } from '@annals/postgres';
import type { Identity } from '../identity.js';
import type { Origin } from '../place/origin.js';
import type { Secrets } from '../secrets.js';
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
  signed_in_to: string | null;
}

/** Activity is written at most this often per session. */
const activityStepSeconds = 30;

export async function tokensOf(sql: Sql, sessionId: string): Promise<SessionTokens | null> {
  const { rows } = await sql.query<SessionTokens>(
    `select session_id, user_id, generation, sealed_token, rotated_at, rotated_from, started_at, last_activity_at,
       authenticated_at, expires_at, ended_at, auth_methods, elevated, signed_in_to
     from session_tokens where session_id = $1`,
    [sessionId],
  );
  return rows[0] ?? null;
}

/** What a session needs to get its next access token. */
export type Rotated = Pick<SessionTokens, 'session_id' | 'user_id' | 'auth_methods' | 'signed_in_to'>;

export interface Exchange {
  session_id: string;
  presented: string;
  successor: string;
  /** Who gets it. */
  origin: Origin;
  /** Seconds a session may be unused, ordinarily and with more rights. */
  idle: { ordinary: number; elevated: number };
  now: string;
}

/**
 * Makes the successor of the present token the present one. Null when the token presented is not that, or the session is
 * over: then it takes a closer look to say why.
 */
export async function rotate({ pool, secrets }: Identity, exchange: Exchange): Promise<Rotated | null> {
  const { session_id, presented, successor, origin, idle, now } = exchange;
  const { rows } = await pool.query<Rotated>(
    `update session_tokens set generation = generation + 1, token_hash = $3, sealed_token = $4, rotated_at = $5,
       last_activity_at = greatest(last_activity_at, $5), rotated_from = $6, ${seenAt('$6', '$7', '$8')}
     where session_id = $1 and token_hash = $2 and ended_at is null and expires_at > $5
       and last_activity_at >= $5::timestamptz - make_interval(secs => case when elevated then $9::float8 else $10::float8 end)
     returning session_id, user_id, auth_methods, signed_in_to`,
    [
      ...[session_id, refreshTokenHash(presented), refreshTokenHash(successor)],
      ...[sealToken(secrets, session_id, successor), now, origin.network],
      ...[origin.place?.country ?? null, origin.place?.region ?? null, idle.elevated, idle.ordinary],
    ],
  );
  return rows[0] ?? null;
}

const sealedFor = (sessionId: string) => `refresh token ${sessionId}`;

/** How the present token is kept: with the database alone it is of no use, nor with the key alone. */
export const sealToken = (secrets: Secrets, sessionId: string, token: string): string =>
  secrets.seal(sealedFor(sessionId), token);

export const openToken = (secrets: Secrets, { session_id, sealed_token }: RefreshFamily): string =>
  secrets.open(sealedFor(session_id), sealed_token);

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
export async function forgetAccount(sql: Sql, userId: string, accountId: string): Promise<void> {
  await sql.query('update session_tokens set signed_in_to = null where user_id = $1 and signed_in_to = $2', [
    userId,
    accountId,
  ]);
}

/** The same for the sessions of everybody. */
export async function forgetClosedAccount(sql: Sql, accountId: string): Promise<void> {
  await sql.query('update session_tokens set signed_in_to = null where signed_in_to = $1', [accountId]);
}
