import { grantPaths } from '@annals/auth';
import { builtInRoles, rolePermissions, type BuiltInRole } from '@annals/contracts';
import { permissionsOf } from './held-permissions.js';
import { definitionsOf, type Role, type RoleSet } from './role.js';

/** How many members have a role. */
export interface CountedRole {
  role_id: string;
  base_members: number;
  granted_members: number;
}

/** What an administrator might want to tidy up: the account's own roles, and too many ADMINs. */
export function hintsOf(set: RoleSet, counted: readonly CountedRole[], manyAdmins: number) {
  const holders = new Map(counted.map((role) => [role.role_id, role.base_members + role.granted_members]));
  const admins = holders.get('ADMIN') ?? 0;
  const parents = new Set([...set.roles.values()].map(({ parent }) => parent));
  const isIdle = (id: string) => !holders.get(id) && !parents.has(id);
  return [
    ...(admins >= manyAdmins ? [{ kind: 'many-admins', admins }] : []),
    ...[...set.roles.values()].flatMap((role) => hintsAbout(set, role, isIdle(role.role_id))),
  ];
}

function hintsAbout(set: RoleSet, { role_id, name }: Role, isIdle: boolean) {
  const role = { role_id, name };
  const twin = sameAs(set, role_id);
  const givesNothing = permissionsOf(set, role_id).length === 0;
  return [
    ...(isIdle ? [{ kind: 'role-without-members', ...role }] : []),
    ...(givesNothing ? [{ kind: 'role-gives-nothing', ...role }] : []),
    ...(twin ? [{ kind: 'role-equals-built-in', ...role, built_in: twin }] : []),
  ];
}

/** The built-in role that gives exactly what this one gives, without conditions. */
function sameAs(set: RoleSet, id: string): BuiltInRole | undefined {
  const paths = grantPaths([id], definitionsOf(set));
  if (paths.some(({ conditions }) => conditions.length > 0)) return undefined;
  const given = new Set(paths.map(({ permission }) => permission));
  return builtInRoles.find((role) => {
    const theirs = rolePermissions[role];
    return theirs.length === given.size && theirs.every((permission) => given.has(permission));
  });
}
