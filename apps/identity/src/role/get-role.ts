import { getRoleRoute, type RoleId } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { roleNotFound } from './role-to-change.js';
import { builtInRoleInfos, roleSets, shownRole, type Role, type RoleSet } from './role.js';

/** One role, with the revision that last touched it; a built-in one has none. */
export const getRole = ({ store }: Identity) =>
  mount(getRoleRoute, async ({ context, params }) => {
    const builtIn = builtInRoleInfos.find(({ id }) => id === params.role_id);
    if (builtIn) return { status: 200, body: builtIn };
    const { state } = await store.load(roleSets, accountOf(context));
    const role = requireRole(state, params.role_id);
    return { status: 200, revision: role.revision, body: shownRole(role) };
  });

/** @throws Problem 404 `role-not-found` for a role that is none of this account */
function requireRole({ roles }: RoleSet, id: RoleId): Role {
  const role = roles.get(id);
  if (!role) throw roleNotFound();
  return role;
}
