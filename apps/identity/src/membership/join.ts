import type { MembershipEvent } from '@annals/contracts';
import { derivedId, type PositionToken } from '@annals/event-store';
import { seatAdmin } from '../account/admins.js';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import type { GrantMembership } from './grant-membership.js';
import { membershipId, memberships, type Membership } from './membership.js';

/** Lets somebody in who was asked to come; who is in already stays what they are there. */
export function joinAccount(membership: Membership, command: GrantMembership): MembershipEvent[] {
  return membership.kind === 'member' ? [] : [{ type: 'MembershipGranted', data: command }];
}

/**
 * Executes {@link joinAccount}, and counts an ADMIN among those who run the account.
 * @returns position of the membership, to wait for
 */
export async function join(
  identity: Identity,
  { commandId, context, now }: Asking,
  membership: GrantMembership,
): Promise<PositionToken[]> {
  const { account_id, user_id } = membership;
  const { state, position, category } = await identity.store.execute(memberships, membershipId(account_id, user_id), {
    ...{ id: commandId, context, now, accountId: account_id },
    decide: (state) => joinAccount(state, membership),
  });
  if (state.kind === 'member' && state.role === 'ADMIN') {
    await seatAdmin(identity, { commandId: derivedId(commandId, 'seat'), context, now }, account_id, user_id);
  }
  return position ? [{ category, position }] : [];
}
