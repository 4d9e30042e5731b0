import { resendVerificationRoute, type UserEvent } from '@annals/contracts';
import { mount } from '@annals/service';
import { emails } from '../email/email.js';
import type { Identity } from '../identity.js';
import { noSoonerThan } from './same-time.js';
import { isKnown, mayAct, users, type User } from './user.js';

const minute = 60_000;
const day = 24 * 60 * minute;
const perDay = 5;

/** Asks for the verification mail again: at most once a minute and five times a day, so nobody can flood a mail box. */
export function requestVerification(user: User, command: { now: string }): UserEvent[] {
  if (!mayAct(user) || user.email_verified) return [];
  const now = Date.parse(command.now);
  const ages = user.verification_requests.map((at) => now - Date.parse(at));
  if (ages.some((age) => age < minute) || ages.filter((age) => age < day).length >= perDay) return [];
  const { user_id, email_hash } = user;
  return [{ type: 'EmailVerificationRequested', data: { user_id, email_hash, requested_at: command.now } }];
}

/** Known, unknown and verified addresses are answered no sooner than this. */
const answerAfterMs = 100;

export const resendVerification = ({ store, secrets }: Identity) =>
  mount(resendVerificationRoute, async ({ body, commandId, context, now }) => {
    const answered = noSoonerThan(answerAfterMs);
    const { state: claim } = await store.load(emails, secrets.emailHash(body.email));
    if (claim.kind === 'claimed') {
      const { state: user } = await store.load(users, claim.user_id);
      await store.execute(users, claim.user_id, {
        id: commandId,
        context,
        now,
        accountId: isKnown(user) ? user.home_account_id : null,
        decide: (state) => requestVerification(state, { now }),
      });
    }
    await answered;
    return {
      status: 202,
      body: {
        status: 'accepted',
        message: 'If the address waits for verification, a mail with a link is on its way to it',
      },
    };
  });
