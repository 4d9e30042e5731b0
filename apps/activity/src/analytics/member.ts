import { createHmac } from 'node:crypto';

const pseudonymBytes = 16;

/** Makes the pseudonyms of {@link memberOf}. */
export const pseudonymsWith =
  (secret: Uint8Array) =>
  (accountId: string, userId: string): string =>
    memberOf(secret, accountId, userId);

/**
 * Stands for a person in analytics: the same in one account, another in the next, and of no use without the secret.
 * 16 bytes as text that PostgreSQL reads as `bytea`.
 */
export function memberOf(secret: Uint8Array, accountId: string, userId: string): string {
  const digest = createHmac('sha256', secret).update(`${accountId} ${userId}`).digest();
  return `\\x${digest.toString('hex', 0, pseudonymBytes)}`;
}
