import { grantPaths } from '@annals/auth';
import { builtInRoles, permissions, rankedRoles, type RankedRole } from '@annals/contracts';
import { definitionsOf, type RoleSet } from './role.js';

/** Which permissions each role gives, always or under conditions, as two columns of equal length for SQL. */
export interface RolePermissionColumns {
  roles: string[];
  permissions: string[];
}

export const rolesOfAccount = (set: RoleSet): string[] => [...builtInRoles, ...set.roles.keys()];

export function rolePermissionColumns(set: RoleSet): RolePermissionColumns {
  return columnsOf(rolesOfAccount(set).flatMap((role) => permissionsOf(set, role).map((one) => [role, one] as const)));
}

/**
 * By which of its parts each role may have been used: its permissions, and the built-in roles that count where a guard
 * asks for a role: itself and weaker ones.
 */
export function roleUseColumns(set: RoleSet): RolePermissionColumns {
  return columnsOf(
    rolesOfAccount(set).flatMap((role) =>
      [...permissionsOf(set, role), ...countsAs(role)].map((one) => [role, one] as const),
    ),
  );
}

/** Every permission that a role and its parents give, in the order of the permissions. */
export function permissionsOf(set: RoleSet, role: string): string[] {
  const given = new Set(grantPaths([role], definitionsOf(set)).map(({ permission }) => permission));
  return permissions.filter((permission) => given.has(permission));
}

function countsAs(role: string): readonly string[] {
  const rank = rankedRoles.indexOf(role as RankedRole);
  return rank < 0 ? [role] : rankedRoles.slice(rank);
}

const columnsOf = (pairs: readonly (readonly [string, string])[]): RolePermissionColumns => ({
  roles: pairs.map(([role]) => role),
  permissions: pairs.map(([, permission]) => permission),
});
