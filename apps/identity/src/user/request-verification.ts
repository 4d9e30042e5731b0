import { resendVerificationRoute, type UserEvent } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { mayAskForMail } from '../mail/mail-limit.js';
import { personOfAddress } from './person-of-address.js';
import { noSoonerThan } from './same-time.js';
import { mayAct, users, type User } from './user.js';

/** Asks for the verification mail again. */
export function requestVerification(user: User, command: { now: string }): UserEvent[] {
  if (!mayAct(user) || user.email_verified || !mayAskForMail(user.verification_requests, command.now)) return [];
  const { user_id, email_hash } = user;
  return [{ type: 'EmailVerificationRequested', data: { user_id, email_hash, requested_at: command.now } }];
}

/** Known, unknown and verified addresses are answered no sooner than this. */
const answerAfterMs = 250;

/** Does the same for every address; only one that waits for verification gets a fact, and with it a mail. */
export async function askForVerification(identity: Identity, asking: Asking, email: string): Promise<void> {
  const { user_id, user } = await personOfAddress(identity, email);
  const { commandId: id, context, now } = asking;
  const accountId = mayAct(user) ? user.home_account_id : null;
  const decide = (state: User) => requestVerification(state, { now });
  await identity.store.execute(users, user_id, { id, context, now, accountId, decide });
}

export const resendVerification = (identity: Identity) =>
  mount(resendVerificationRoute, async ({ body, ...asking }) => {
    const answered = noSoonerThan(answerAfterMs);
    await askForVerification(identity, asking, body.email);
    await answered;
    return {
      status: 202,
      body: {
        status: 'accepted',
        message: 'If the address waits for verification, a mail with a link is on its way to it',
      },
    };
  });
