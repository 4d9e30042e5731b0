import type { Caller } from '@annals/auth';
import { defineRoleRoute, type BodyOf, type RoleEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { requireOwnRights } from './own-rights.js';
import { checkRoles } from './role-rules.js';
import { roleSets, shownRole, type Role, type RoleSet } from './role.js';

export interface DefineRole {
  account_id: string;
  role_id: string;
  definition: BodyOf<typeof defineRoleRoute.definition>;
  by: Caller;
}

/** @throws Problem of {@link checkRoles} or {@link requireOwnRights} */
export function defineRole(set: RoleSet, { account_id, role_id, definition, by }: DefineRole): RoleEvent[] {
  if (set.roles.has(role_id)) return [];
  checkPassedOn(set, { role_id, ...definition, revision: set.next }, by);
  return [{ type: 'RoleDefined', data: { account_id, role_id, ...definition } }];
}

/** What is checked of a role before it is as `role` says. */
export function checkPassedOn(set: RoleSet, role: Role, by: Caller): void {
  checkRoles(set, role);
  requireOwnRights(by, { ...set, roles: new Map(set.roles).set(role.role_id, role) }, role.role_id);
}

export const defineRoleOfAccount = ({ store }: Identity) =>
  mount(defineRoleRoute, async ({ context, body, commandId, commandHash, now }) => {
    const account_id = accountOf(context);
    const role_id = derivedId(commandId, 'role');
    const outcome = await store.execute(roleSets, account_id, {
      ...{ id: commandId, context, now, accountId: account_id },
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      decide: (set) => defineRole(set, { account_id, role_id, definition: body, by: context }),
    });
    return written(outcome, ({ roles }) => shownRole(roles.get(role_id)!), 201);
  });
