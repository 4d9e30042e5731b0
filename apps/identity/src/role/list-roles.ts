import { builtInRoles, listRolesRoute, rankedRoles, rolePermissions } from '@annals/contracts';
import { mount } from '@annals/service';

const ranks: readonly string[] = rankedRoles;

const data = builtInRoles.map((role) => ({
  id: role,
  name: role,
  built_in: true,
  rank: ranks.includes(role) ? ranks.indexOf(role) : null,
  permissions: rolePermissions[role],
}));

/** The built-in roles, the same in every account. */
export const listRoles = () => mount(listRolesRoute, async () => ({ status: 200, body: { data } }));
