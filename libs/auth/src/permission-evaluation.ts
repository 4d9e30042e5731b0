import { builtInRoles, rolePermissions, type Condition, type Permission } from '@annals/contracts';
import { LRUCache } from 'lru-cache';
import { holds, type Facts } from './conditions.js';

export interface Grant {
  permission: Permission;
  conditions: readonly Condition[];
}

/** A role, built-in or of an account. It has its own grants and those of its parent. */
export interface RoleDefinition {
  id: string;
  parent: string | null;
  active: boolean;
  grants: readonly Grant[];
}

/** A role given to somebody, for a time or for good. Times are RFC 3339; the end is exclusive. */
export interface RoleAssignment {
  role: string;
  valid_from: string | null;
  expires_at: string | null;
}

/** One way in which a permission reaches somebody: from the role they were given, up its parents, to the grant. */
export interface GrantPath extends Grant {
  via: readonly string[];
}

export interface ExplainedPath {
  via: readonly string[];
  conditions: { condition: Condition; holds: boolean }[];
  grants: boolean;
}

export interface Decision {
  permission: Permission;
  granted: boolean;
  paths: ExplainedPath[];
}

/** The built-in roles as definitions. Their ids are their names, which no custom role may take. */
export const builtInRoleDefinitions: readonly RoleDefinition[] = builtInRoles.map((id) => ({
  id,
  parent: null,
  active: true,
  grants: rolePermissions[id].map((permission) => ({ permission, conditions: [] })),
}));

/** Ids of the roles that are in force at `now`. */
export function rolesInForce(assignments: readonly RoleAssignment[], now: string): string[] {
  const at = Date.parse(now);
  const current = assignments.filter(
    ({ valid_from, expires_at }) =>
      (valid_from === null || Date.parse(valid_from) <= at) && (expires_at === null || at < Date.parse(expires_at)),
  );
  return [...new Set(current.map(({ role }) => role))].sort();
}

/**
 * Every path by which these roles grant anything. An inactive or unknown role grants nothing and passes nothing on; a
 * cycle of parents ends where it closes.
 */
export function grantPaths(roles: readonly string[], definitions: ReadonlyMap<string, RoleDefinition>): GrantPath[] {
  return roles.flatMap((role) => pathsFrom(role, definitions, []));
}

function pathsFrom(
  id: string,
  definitions: ReadonlyMap<string, RoleDefinition>,
  below: readonly string[],
): GrantPath[] {
  const role = definitions.get(id);
  if (!role?.active || below.includes(id)) return [];
  const via = [...below, id];
  const own = role.grants.map((grant) => ({ ...grant, via }));
  return role.parent ? [...own, ...pathsFrom(role.parent, definitions, via)] : own;
}

/** Whether a permission is granted for these facts, and how: the answer to "why may they, why not". */
export function decidePermission(paths: readonly GrantPath[], permission: Permission, facts: Facts): Decision {
  const explained = paths
    .filter((path) => path.permission === permission)
    .map(({ via, conditions }): ExplainedPath => {
      const checked = conditions.map((condition) => ({ condition, holds: holds(condition, facts) }));
      return { via, conditions: checked, grants: checked.every((one) => one.holds) };
    });
  return { permission, granted: explained.some((path) => path.grants), paths: explained };
}

/** The permissions that these facts grant: with no thing named, those that hold for everything. */
export function permissionsFor(paths: readonly GrantPath[], facts: Facts): Permission[] {
  const granted = paths.filter(({ conditions }) => conditions.every((condition) => holds(condition, facts)));
  return [...new Set(granted.map(({ permission }) => permission))].sort();
}

/** The permissions of `wanted` that `holder` does not have unconditionally: nobody grants more than they have. */
export function beyondOwn(holder: readonly Permission[], wanted: readonly Grant[]): Permission[] {
  return [...new Set(wanted.map(({ permission }) => permission))].filter((permission) => !holder.includes(permission));
}

export interface GrantCache {
  /** @param version of the account's roles: it grows with every change, so what is remembered is never stale */
  pathsOf(
    accountId: string,
    version: string,
    roles: readonly string[],
    definitions: () => ReadonlyMap<string, RoleDefinition>,
  ): readonly GrantPath[];
}

/** Remembers grant paths per account, version of its roles, and set of roles. */
export function createGrantCache(max = 10_000): GrantCache {
  const known = new LRUCache<string, readonly GrantPath[]>({ max });
  return {
    pathsOf(accountId, version, roles, definitions) {
      const key = JSON.stringify([accountId, version, [...roles].sort()]);
      const found = known.get(key);
      if (found) return found;
      const paths = grantPaths(roles, definitions());
      known.set(key, paths);
      return paths;
    },
  };
}
