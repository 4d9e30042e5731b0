import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { addressOf } from '../email/address-of.js';
import { mailedToken, storeToken } from '../email/mailed-token.js';
import type { Identity } from '../identity.js';
import type { Mailer } from '../mail/mailer.js';

/** Sends the mail with which a person sets a new password. Sent twice, it is the same mail with the same link. */
export function sendPasswordReset({ store, pool, secrets }: Identity, mailer: Mailer, publicUrl: string): Reactor {
  async function send({ id, data }: StoredEvent): Promise<void> {
    const { user_id, request_id, email_hash, requested_at } = data as Record<string, string> & { user_id: string };
    const to = await addressOf(store, user_id);
    // They moved to another address meanwhile: the request was made for the old one, where it is good for nothing.
    if (to === null || secrets.emailHash(to) !== email_hash) return;
    const token = mailedToken(secrets.passwordResetKey, id);
    await storeToken(pool, 'password-reset', token, { user_id, email_hash, request_id: request_id! }, requested_at!);
    await mailer.send({ id, to, subject: 'Set a new password', text: textOf(publicUrl, token) });
  }
  return { name: 'send-password-reset', categories: ['credential'], on: { PasswordResetRequested: send } };
}

// The token stands behind the #, so that no server on the way writes it into its log.
const textOf = (publicUrl: string, token: string) => `Hello,

somebody asked for a new password at Annals for this address. If it was you, open this link within 30 minutes:

${publicUrl}/reset-password#token=${token}

or enter the code where you asked:

Code: ${token}

The link works once. If it was not you, do nothing: your password stays as it is.
`;
