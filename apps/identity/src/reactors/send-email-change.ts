import type { EmailChangeRequested, EventOf } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import { emails } from '../email/email.js';
import { mailedToken, storeToken } from '../email/mailed-token.js';
import { freeOrphanedClaim } from '../email/orphaned-claim.js';
import type { Identity } from '../identity.js';
import type { Mailer } from '../mail/mailer.js';

/** Asks a new address whether it is whose it says. An address that somebody has gets no mail, and nobody hears of it. */
export function sendEmailChange(identity: Identity, mailer: Mailer, publicUrl: string): Reactor {
  const { store, pool, secrets } = identity;
  async function send(event: StoredEvent): Promise<void> {
    const data = event.data as EventOf<typeof EmailChangeRequested>['data'];
    const { user_id, request_id, email_hash, requested_at } = data;
    // Erased since: there is nobody to ask for.
    if (typeof data.new_email !== 'string') return;
    await freeOrphanedClaim(identity, actingOn(event, 'svc:identity', user_id), email_hash);
    const { state: claim } = await store.load(emails, email_hash);
    if (claim.kind === 'claimed' && claim.user_id !== user_id) return;
    const token = mailedToken(secrets.emailChangeKey, event.id);
    await storeToken(pool, 'email-change', token, { user_id, email_hash, request_id }, requested_at);
    const text = textOf(publicUrl, token);
    await mailer.send({ id: event.id, to: data.new_email, subject: 'Confirm your new address', text });
  }
  return { name: 'send-email-change', categories: ['user'], on: { EmailChangeRequested: send } };
}

// The token stands behind the #, so that no server on the way writes it into its log.
const textOf = (publicUrl: string, token: string) => `Hello,

somebody wants to use this address at Annals from now on. If it was you, open this link within an hour:

${publicUrl}/confirm-email#token=${token}

or enter the code where you asked:

Code: ${token}

If it was not you, do nothing: nothing changes.
`;
