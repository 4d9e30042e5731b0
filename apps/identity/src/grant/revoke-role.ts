import { Problem, revokeRoleRoute, type GrantEvent, type RoleId } from '@annals/contracts';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import { requireOwnRights } from '../role/own-rights.js';
import { roleSets } from '../role/role.js';
import { accountOf } from '../session/own-session.js';
import { enforceGrants } from './enforce-grants.js';
import { grantsOfMember, isOver, type Grants } from './grant.js';
import { requireMember } from './require-member.js';

export interface RevokeRole {
  account_id: string;
  user_id: string;
  role_id: RoleId;
  now: string;
}

/** @throws Problem 404 `grant-not-found`, also for the role of the membership, which is changed there */
export function revokeRole({ live }: Grants, { account_id, user_id, role_id, now }: RevokeRole): GrantEvent[] {
  const grant = live.get(role_id);
  if (!grant) throw new Problem(404, 'grant-not-found', 'The person was not given this role');
  const reason = isOver(grant, now) ? 'expired' : 'revoked';
  return [{ type: 'RoleGrantEnded', data: { account_id, user_id, role_id, reason } }];
}

/** Takes a role away: as little as it may be given by somebody who has less, it may be taken by them. */
export const revokeRoleOfMember = (identity: Identity) =>
  mount(revokeRoleRoute, async ({ context, params, commandId, commandHash, now }) => {
    const account_id = accountOf(context);
    const { user_id, role_id } = params;
    const [{ state: set }] = await Promise.all([
      identity.store.load(roleSets, account_id),
      requireMember(identity, account_id, user_id),
    ]);
    requireOwnRights(context, set, role_id);
    const member = membershipId(account_id, user_id);
    const outcome = await identity.store.execute(grantsOfMember, member, {
      ...{ id: commandId, context, now, accountId: account_id },
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      decide: (state) => revokeRole(state, { account_id, user_id, role_id, now }),
    });
    await enforceGrants(identity.pool, outcome.events[0]!.id, member, now);
    return written(outcome, () => undefined, 204);
  });
