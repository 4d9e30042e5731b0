import { Problem, type BuiltInRole, type MembershipEvent } from '@annals/contracts';
import { derivedId, type Outcome } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { membershipId, memberships, type Membership } from './membership.js';

export interface GrantMembership {
  account_id: string;
  user_id: string;
  role: BuiltInRole;
}

/**
 * Lets a person into an account.
 * @throws Problem 409 `already-member` when the person is in it with another role
 */
export function grantMembership(membership: Membership, command: GrantMembership): MembershipEvent[] {
  if (membership.kind !== 'member') return [{ type: 'MembershipGranted', data: command }];
  if (membership.role === command.role) return [];
  throw new Problem(409, 'already-member', 'This person already belongs to the account with another role');
}

/** Executes {@link grantMembership}. */
export async function admit({ store }: Identity, asking: Asking, membership: GrantMembership): Promise<void> {
  const { account_id, user_id } = membership;
  await store.execute(memberships, membershipId(account_id, user_id), {
    id: asking.commandId,
    context: asking.context,
    now: asking.now,
    accountId: account_id,
    decide: (state) => grantMembership(state, membership),
  });
}

/** Lets in somebody who never was a member. Who left or was removed does not come back by this. */
export const grantFirstMembership = (membership: Membership, command: GrantMembership): MembershipEvent[] =>
  membership.kind === 'none' ? grantMembership(membership, command) : [];

/**
 * Executes {@link grantFirstMembership} for what follows from a fact: from whoever it is asked, and however often, a
 * person enters an account once by it.
 */
export async function admitFirst(
  { store }: Identity,
  { context, now }: Asking,
  membership: GrantMembership,
): Promise<Outcome<Membership>> {
  const { account_id, user_id } = membership;
  return store.execute(memberships, membershipId(account_id, user_id), {
    ...{ id: derivedId(account_id, `membership ${user_id}`), context, now, accountId: account_id },
    decide: (state) => grantFirstMembership(state, membership),
  });
}
