import { endMembershipRoute, type MembershipEvent } from '@annals/contracts';
import type { Outcome } from '@annals/event-store';
import { mount, written } from '@annals/service';
import { resignAdmin } from '../account/admins.js';
import { accountNotFound } from '../account/get-account.js';
import { commandIn, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { revoke } from '../session/revocations.js';
import { memberNotFound } from './change-role.js';
import { membershipId, memberships, type Membership } from './membership.js';

export type EndReason = 'removed' | 'left';

export function endMembership(membership: Membership, reason: EndReason): MembershipEvent[] {
  if (membership.kind !== 'member') return [];
  const { account_id, user_id } = membership;
  return [{ type: 'MembershipEnded', data: { account_id, user_id, reason } }];
}

/**
 * Ends a membership, effective everywhere before it resolves. As with a change of role, an ADMIN first stops being one of
 * those who run the account.
 * @throws Problem 404 `member-not-found`, 409 `last-admin`, `home-account`
 */
export async function letGo(
  identity: Identity,
  asking: Asking,
  member: { account_id: string; user_id: string },
  reason: EndReason,
): Promise<Outcome<Membership>> {
  const { store, pool } = identity;
  const { account_id, user_id } = member;
  const id = membershipId(account_id, user_id);
  const command = commandIn(asking, account_id);
  const before = await store.execute(memberships, id, { ...command, decide: () => [] });
  if (before.kind !== 'replayed') {
    if (before.state.kind !== 'member') throw memberNotFound();
    await resignAdmin(identity, asking, account_id, user_id, { reason });
  }
  const outcome = await store.execute(memberships, id, { ...command, decide: (state) => endMembership(state, reason) });
  await revoke(pool, outcome.events[0]?.id ?? asking.commandId, { kind: 'membership', key: id }, asking.now);
  return outcome;
}

/** An ADMIN removes a member; anybody may leave. */
export const endMembershipOfMember = (identity: Identity) =>
  mount(endMembershipRoute, async ({ params, ...asking }) => {
    const { id: account_id, user_id } = params;
    if (account_id !== asking.context.account_id) throw accountNotFound();
    const reason = user_id === asking.context.user_id ? 'left' : 'removed';
    return written(await letGo(identity, asking, { account_id, user_id }, reason), () => null, 204);
  });
