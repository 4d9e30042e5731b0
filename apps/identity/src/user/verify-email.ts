import { Problem, verifyEmailRoute, type UserEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { findToken } from '../email/mailed-token.js';
import type { Identity } from '../identity.js';
import { isKnown, users, type User } from './user.js';

/**
 * Makes a pending user active; a second use of the link changes nothing.
 * @throws Problem 400 `invalid-verification-token` when the address is not theirs any more, or they were deleted
 */
export function verifyEmail(user: User, command: { email_hash: string }): UserEvent[] {
  if (!isKnown(user) || user.kind === 'deleted' || user.email_hash !== command.email_hash) throw invalid();
  if (user.email_verified) return [];
  return [{ type: 'EmailVerified', data: { user_id: user.user_id, email_hash: user.email_hash, status: 'active' } }];
}

const invalid = () => new Problem(400, 'invalid-verification-token', 'The verification link is wrong or too old');

export const verifyEmailAddress = ({ store, pool }: Identity) =>
  mount(verifyEmailRoute, async ({ body, commandId, commandHash, context, now }) => {
    const verification = await findToken(pool, 'verification', body.token, now);
    if (!verification) throw invalid();
    const { state: user } = await store.load(users, verification.user_id);
    const outcome = await store.execute(users, verification.user_id, {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      context,
      now,
      accountId: isKnown(user) ? user.home_account_id : null,
      decide: (state) => verifyEmail(state, verification),
    });
    return { ...written(outcome, () => ({ status: 'verified' })), revision: null };
  });
