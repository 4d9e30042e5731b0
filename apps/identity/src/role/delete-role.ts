import type { Caller } from '@annals/auth';
import { deleteRoleRoute, Problem, type RoleEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { grantsOfMember, isOver } from '../grant/grant.js';
import { holdersToAsk } from '../grant/holders.js';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import { accountOf } from '../session/own-session.js';
import { enforceRoles } from './enforce-roles.js';
import { requireOwnRights } from './own-rights.js';
import { roleToChange } from './role-to-change.js';
import { roleSets, type RoleSet } from './role.js';

export interface DeleteRole {
  account_id: string;
  role_id: string;
  ifMatch: bigint | undefined;
  by: Caller;
}

/** @throws Problem of {@link roleToChange} or `requireOwnRights`, 409 `role-in-use` when another role inherits from it */
export function deleteRole(set: RoleSet, command: DeleteRole): RoleEvent[] {
  const { account_id, role_id, by } = command;
  roleToChange(set, command);
  requireOwnRights(by, set, role_id);
  if ([...set.roles.values()].some(({ parent }) => parent === role_id)) throw roleInUse();
  return [{ type: 'RoleDeleted', data: { account_id, role_id } }];
}

/**
 * Deletes a role that nobody has. Who was given it at the very same moment is found afterwards: the grant ends as
 * `role-deleted`, and until then a role that is not there gives nothing.
 */
export const deleteRoleOfAccount = (identity: Identity) =>
  mount(deleteRoleRoute, async ({ context, params, commandId, commandHash, ifMatch, now }) => {
    const account_id = accountOf(context);
    const { role_id } = params;
    const given = await isGiven(identity, account_id, role_id, now);
    const outcome = await identity.store.execute(roleSets, account_id, {
      ...{ id: commandId, context, now, accountId: account_id },
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      decide: (set) => {
        const events = deleteRole(set, { account_id, role_id, ifMatch, by: context });
        if (given) throw roleInUse();
        return events;
      },
    });
    const [deleted] = outcome.events;
    if (deleted) await enforceRoles(identity.pool, deleted.id, account_id, now);
    return written(outcome, () => undefined, 204);
  });

const roleInUse = () => new Problem(409, 'role-in-use', 'Somebody has this role, or another role inherits from it');

/** Whether somebody was given the role, also for later. */
async function isGiven({ store, pool }: Identity, accountId: string, roleId: string, now: string): Promise<boolean> {
  for (const userId of await holdersToAsk(pool, accountId, roleId)) {
    const { state } = await store.load(grantsOfMember, membershipId(accountId, userId));
    const grant = state.live.get(roleId);
    if (grant && !isOver(grant, now)) return true;
  }
  return false;
}
