import { createHash, createHmac } from 'node:crypto';
import type { Sql, Tx } from '@annals/postgres';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';

/** How long a challenge can be answered. */
export const challengeSeconds = 300;
/** Wrong answers that a challenge takes. */
const maxTries = 5;

export type ChallengePurpose = 'second-factor' | 'passkey-proof' | 'passkey-registration';

/** What a sign-in was about when its second factor was asked for. */
export interface PendingSignIn {
  device_id: string;
  device_name: string | null;
  /** The account asked for, by id or slug. */
  account: string | null;
  /** Of the password that was right: with another one the sign-in is void. */
  password_revision: number;
}

export interface Challenge {
  /** Tells nothing about the text. */
  id: string;
  text: string;
  user_id: string | null;
  sign_in: PendingSignIn | null;
  /** The same command has used it up before: what it proved then is proven. */
  used: boolean;
}

const hashOf = (challenge: string) => createHash('sha256').update(challenge).digest();

/**
 * Gives out a challenge: 256 bits that only we can make, of which a hash is kept. Repeating the command gives the same.
 * @returns it, and until when it can be answered
 */
export async function issueChallenge(
  { pool, secrets }: Identity,
  asking: Asking,
  of: { purpose: ChallengePurpose; user_id: string | null; sign_in?: PendingSignIn },
): Promise<{ challenge: string; expires_at: Date }> {
  const about = JSON.stringify([of.purpose, of.user_id, asking.commandId]);
  const challenge = createHmac('sha256', secrets.challengeKey).update(about).digest('base64url');
  const expires = new Date(Date.parse(asking.now) + challengeSeconds * 1000);
  const { rows } = await pool.query<{ expires_at: Date }>(
    `insert into one_time_challenges (challenge_hash, purpose, user_id, sign_in, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (challenge_hash) do update set purpose = excluded.purpose returning expires_at`,
    [hashOf(challenge), of.purpose, of.user_id, of.sign_in ? JSON.stringify(of.sign_in) : null, expires],
  );
  return { challenge, expires_at: rows[0]!.expires_at };
}

type Row = Pick<Challenge, 'user_id' | 'sign_in'>;

/**
 * Takes one try at a challenge.
 * @returns null when it is unknown, for another purpose, too old, used up or tried too often
 */
export async function tryChallenge(
  { pool }: Identity,
  { commandId, commandHash, now }: Asking,
  purpose: ChallengePurpose,
  text: string,
): Promise<Challenge | null> {
  const open = [hashOf(text), purpose, now];
  const { rows } = await pool.query<Row>(
    `update one_time_challenges set tries = tries + 1
     where challenge_hash = $1 and purpose = $2 and expires_at > $3 and used_by is null and tries < $4
     returning user_id, sign_in`,
    [...open, maxTries],
  );
  const known = { id: hashOf(text).toString('hex'), text };
  if (rows[0]) return { ...known, ...rows[0], used: false };
  const { rows: again } = await pool.query<Row>(
    `select user_id, sign_in from one_time_challenges
     where challenge_hash = $1 and purpose = $2 and expires_at > $3 and used_by = $4 and used_with = $5`,
    [...open, commandId, commandHash ?? null],
  );
  return again[0] ? { ...known, ...again[0], used: true } : null;
}

/** Holds a challenge for the transaction. False when it is used up. */
export async function lockChallenge(tx: Tx, { text }: Challenge): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from one_time_challenges where challenge_hash = $1 and used_by is null for update',
    [hashOf(text)],
  );
  return rowCount === 1;
}

/** Uses a challenge up. False when another command did so before: of parallel answers one counts. */
export async function useChallenge(
  sql: Sql,
  { text }: Challenge,
  { commandId, commandHash }: Asking,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update one_time_challenges set used_by = $2, used_with = $3
     where challenge_hash = $1 and (used_by is null or (used_by = $2 and used_with = $3))`,
    [hashOf(text), commandId, commandHash ?? null],
  );
  return rowCount === 1;
}

export async function forgetOldChallenges(sql: Sql): Promise<void> {
  await sql.query("delete from one_time_challenges where expires_at < now() - interval '1 hour'", []);
}
