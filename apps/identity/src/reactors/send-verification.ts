import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { addressOf } from '../email/address-of.js';
import { mailedToken, storeToken } from '../email/mailed-token.js';
import type { Identity } from '../identity.js';
import type { Mailer } from '../mail/mailer.js';

/**
 * Sends the mail with which a person proves to hold an address. The link follows from the event, so a mail that is sent
 * twice, because nobody knows whether it went out, is the same mail.
 * @param publicUrl where the links lead
 */
export function sendVerification({ store, pool, secrets }: Identity, mailer: Mailer, publicUrl: string): Reactor {
  async function send(event: StoredEvent): Promise<void> {
    const { user_id, email_hash } = event.data as { user_id: string; email_hash: string };
    const to = await addressOf(store, user_id);
    if (to === null) return;
    const token = mailedToken(secrets.verificationKey, event.id);
    const request = { user_id, email_hash, request_id: null };
    await storeToken(pool, 'verification', token, request, event.metadata.occurred_at);
    await mailer.send({ id: event.id, to, subject: 'Verify your address', text: textOf(publicUrl, token) });
  }
  return {
    name: 'send-verification',
    categories: ['user'],
    on: {
      async UserRegistered(event) {
        // Whom an administrator made known is invited instead: that mail proves the address too.
        const { status, joins } = event.data as { status: string; joins: unknown[] };
        if (status === 'pending' && joins.length === 0) await send(event);
      },
      EmailVerificationRequested: send,
    },
  };
}

const textOf = (publicUrl: string, token: string) => `Hello,

somebody registered with this address at Annals. If it was you, open this link within 24 hours:

${publicUrl}/verify-email?token=${token}

or enter the code where you registered:

Code: ${token}

If it was not you, do nothing: the address stays unverified.
`;
