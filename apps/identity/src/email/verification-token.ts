import { createHash, createHmac } from 'node:crypto';
import type { Sql } from '@annals/postgres';

/** How long a link of a verification mail is good. */
const lifetimeMs = 24 * 60 * 60 * 1000;

/** Whose address a token proves. */
export interface Verification {
  user_id: string;
  email_hash: string;
}

/** The token a fact asks for. Derived, so that a mail sent twice holds the same link; 256 bits, kept only as a hash. */
export function verificationToken(key: Buffer, eventId: string): string {
  return createHmac('sha256', key).update(eventId).digest('base64url');
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();

/** @param from RFC 3339: when the token was asked for */
export async function storeVerification(sql: Sql, token: string, of: Verification, from: string): Promise<void> {
  await sql.query(
    `insert into verification_tokens (token_hash, user_id, email_hash, expires_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [hashOf(token), of.user_id, of.email_hash, new Date(Date.parse(from) + lifetimeMs)],
  );
}

/** Null for a token that is wrong or too old. */
export async function findVerification(sql: Sql, token: string, now: string): Promise<Verification | null> {
  const { rows } = await sql.query<Verification>(
    'select user_id, email_hash from verification_tokens where token_hash = $1 and expires_at > $2',
    [hashOf(token), now],
  );
  return rows[0] ?? null;
}
