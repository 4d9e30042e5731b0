import { createHash, createHmac } from 'node:crypto';
import type { Sql } from '@annals/postgres';

/** What a token in a mail is good for; one of a kind is never taken for another. */
export type TokenPurpose = 'verification' | 'password-reset' | 'email-change';

const minute = 60_000;
const lifetimeMs: Record<TokenPurpose, number> = {
  verification: 24 * 60 * minute,
  'password-reset': 30 * minute,
  'email-change': 60 * minute,
};

/** What was asked for, by whom, and the address that the mail goes to. */
export interface MailedRequest {
  user_id: string;
  /** Keyed hash of the address: using the token proves it. */
  email_hash: string;
  /** The request in the person's log; null for a verification, which needs none. */
  request_id: string | null;
}

/**
 * The token a fact asks for. Derived, so that a mail sent twice holds the same link; 256 bits, kept only as a hash.
 * @param key of this purpose alone
 */
export function mailedToken(key: Buffer, eventId: string): string {
  return createHmac('sha256', key).update(eventId).digest('base64url');
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();

/** @param from RFC 3339: when the token was asked for */
export async function storeToken(
  sql: Sql,
  purpose: TokenPurpose,
  token: string,
  { user_id, email_hash, request_id }: MailedRequest,
  from: string,
): Promise<void> {
  const expires = new Date(Date.parse(from) + lifetimeMs[purpose]);
  await sql.query(
    `insert into mailed_tokens (token_hash, purpose, user_id, email_hash, request_id, expires_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [hashOf(token), purpose, user_id, email_hash, request_id, expires],
  );
}

/** Null for a token that is wrong, too old or for something else. Whether it was used already is for the log to say. */
export async function findToken(
  sql: Sql,
  purpose: TokenPurpose,
  token: string,
  now: string,
): Promise<MailedRequest | null> {
  const { rows } = await sql.query<MailedRequest>(
    'select user_id, email_hash, request_id from mailed_tokens where token_hash = $1 and purpose = $2 and expires_at > $3',
    [hashOf(token), purpose, now],
  );
  return rows[0] ?? null;
}
