import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '@annals/auth';
import { changeRoleRoute, type BodyOf, type RoleEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { checkPassedOn } from './define-role.js';
import { enforceRoles } from './enforce-roles.js';
import { requireOwnRights } from './own-rights.js';
import { roleToChange } from './role-to-change.js';
import { roleSets, shownRole, type RoleSet } from './role.js';

export interface ChangeRole {
  account_id: string;
  role_id: string;
  definition: BodyOf<typeof changeRoleRoute.definition>;
  /** Revision the client saw. */
  ifMatch: bigint | undefined;
  by: Caller;
}

/** @throws Problem of {@link roleToChange}, `checkRoles` or `requireOwnRights`: what a role had counts as what it gets */
export function changeRole(set: RoleSet, command: ChangeRole): RoleEvent[] {
  const { account_id, role_id, definition, by } = command;
  const role = roleToChange(set, command);
  requireOwnRights(by, set, role_id);
  checkPassedOn(set, { role_id, ...definition, revision: set.next }, by);
  const { role_id: _id, revision: _revision, ...present } = role;
  if (isDeepStrictEqual(present, definition)) return [];
  return [{ type: 'RoleChanged', data: { account_id, role_id, ...definition } }];
}

export const changeRoleOfAccount = ({ store, pool }: Identity) =>
  mount(changeRoleRoute, async ({ context, params, body, commandId, commandHash, ifMatch, now }) => {
    const account_id = accountOf(context);
    const { role_id } = params;
    const outcome = await store.execute(roleSets, account_id, {
      ...{ id: commandId, context, now, accountId: account_id },
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      decide: (set) => changeRole(set, { account_id, role_id, definition: body, ifMatch, by: context }),
    });
    const [changed] = outcome.events;
    if (changed) await enforceRoles(pool, changed.id, account_id, now);
    const role = outcome.state.roles.get(role_id)!;
    return { ...written(outcome, () => shownRole(role)), revision: role.revision };
  });
