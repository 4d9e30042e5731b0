import { changeMemberRoute, Problem, type BuiltInRole, type MembershipEvent } from '@annals/contracts';
import type { Outcome } from '@annals/event-store';
import { mount, written } from '@annals/service';
import { resignAdmin, seatAdmin } from '../account/admins.js';
import { accountNotFound } from '../account/get-account.js';
import { commandIn, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { revoke } from '../session/revocations.js';
import { membershipId, memberships, type Membership } from './membership.js';

export const memberNotFound = () => new Problem(404, 'member-not-found', 'There is no such member');

/** @throws Problem 404 `member-not-found` */
export function changeRole(membership: Membership, role: BuiltInRole): MembershipEvent[] {
  if (membership.kind !== 'member') throw memberNotFound();
  const { account_id, user_id } = membership;
  return membership.role === role ? [] : [{ type: 'MembershipRoleChanged', data: { account_id, user_id, role } }];
}

/**
 * Gives a member another role, effective everywhere before it resolves. Who stops being an ADMIN is first taken from
 * those who run the account, under the same command id: a reactor that finds only that does the rest as this command.
 * @throws Problem 404 `member-not-found`, 409 `last-admin`, `home-account`
 */
export async function giveRole(
  identity: Identity,
  asking: Asking,
  member: { account_id: string; user_id: string },
  role: BuiltInRole,
): Promise<Outcome<Membership>> {
  const { store, pool } = identity;
  const { account_id, user_id } = member;
  const id = membershipId(account_id, user_id);
  const command = commandIn(asking, account_id);
  const before = await store.execute(memberships, id, { ...command, decide: () => [] });
  if (before.kind !== 'replayed') {
    changeRole(before.state, role);
    if (role !== 'ADMIN') await resignAdmin(identity, asking, account_id, user_id, { reason: 'role-changed', role });
  }
  const outcome = await store.execute(memberships, id, { ...command, decide: (state) => changeRole(state, role) });
  if (role === 'ADMIN') await seatAdmin(identity, asking, account_id, user_id);
  await revoke(pool, outcome.events[0]?.id ?? asking.commandId, { kind: 'membership', key: id }, asking.now);
  return outcome;
}

/** The role was checked: only an ADMIN comes here, who has every role to give. */
export const changeMember = (identity: Identity) =>
  mount(changeMemberRoute, async ({ params, body, ...asking }) => {
    const { id: account_id, user_id } = params;
    if (account_id !== asking.context.account_id) throw accountNotFound();
    const outcome = await giveRole(identity, asking, { account_id, user_id }, body.role);
    const membership_id = membershipId(account_id, user_id);
    return written(outcome, () => ({ membership_id, account_id, user_id, role: body.role }));
  });
