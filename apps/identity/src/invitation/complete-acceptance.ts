import type { EventOf, InvitationAccepted } from '@annals/contracts';
import { derivedId, type PositionToken } from '@annals/event-store';
import { provisionHome } from '../account/provision-home.js';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { join } from '../membership/join.js';
import { makeKnown } from '../user/make-known.js';
import type { RegisterUser } from '../user/register-user.js';
import { mayAct, users } from '../user/user.js';
import { verifyEmail } from '../user/verify-email.js';
import { freeSlot } from './open-slots.js';

export type Acceptance = EventOf<typeof InvitationAccepted>['data'];

/**
 * What follows from a yes: who is new is registered, active at once because the mail proves the address, with a home of
 * their own; the address counts as proven; the person is a member. Done by the command, and done again by a reactor:
 * the ids come from the offer, so twice is once.
 * @returns position of the membership
 */
export async function completeAcceptance(
  identity: Identity,
  { context, now }: Pick<Asking, 'context' | 'now'>,
  acceptance: Acceptance,
): Promise<PositionToken[]> {
  const { account_id, invitation_id, offer_id, user_id, role, email_hash, registers } = acceptance;
  const { store } = identity;
  const step = (name: string): Asking => ({ commandId: derivedId(offer_id, name), context, now });
  const { state: before } = await store.load(users, user_id);
  // A registration that took so long that the address was given to somebody else does not come back.
  if (before.kind === 'abandoned') return [];
  if (registers && typeof registers.email === 'string') await registerInvitee(identity, step, acceptance);
  const { state: user } = await store.load(users, user_id);
  if (!mayAct(user)) return [];
  if (user.email_hash === email_hash && !user.email_verified) {
    const { commandId: id } = step('verify');
    await store.execute(users, user_id, {
      ...{ id, context, now, accountId: user.home_account_id ?? account_id },
      decide: (state) => (mayAct(state) && state.email_hash === email_hash ? verifyEmail(state, { email_hash }) : []),
    });
  }
  await freeSlot(identity, account_id, invitation_id);
  return join(identity, step('join'), { account_id, user_id, role });
}

async function registerInvitee(
  identity: Identity,
  step: (name: string) => Asking,
  { user_id, email_hash, registers }: Acceptance,
): Promise<void> {
  const home_account_id = derivedId(user_id, 'home-account');
  const person: RegisterUser = {
    ...{ user_id, email_hash, home_account_id, status: 'active', managed_by: null, profile_image: null, joins: [] },
    ...registers!,
  };
  const asking = { ...step('register'), commandId: user_id };
  const made = await makeKnown(identity, asking, person, { accountId: home_account_id });
  if (made) await provisionHome(identity, step('home'), { account_id: home_account_id, user_id });
}
