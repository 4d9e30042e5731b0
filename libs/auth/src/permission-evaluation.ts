import {
  builtInRoles,
  rolePermissions,
  type Condition,
  type ConditionalPermission,
  type Permission,
} from '@annals/contracts';
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

/** Whether an assignment has begun, and whether it is over. */
export function assignmentState(
  { valid_from, expires_at }: Pick<RoleAssignment, 'valid_from' | 'expires_at'>,
  now: string,
): 'active' | 'scheduled' | 'expired' {
  const at = Date.parse(now);
  if (expires_at !== null && Date.parse(expires_at) <= at) return 'expired';
  return valid_from !== null && at < Date.parse(valid_from) ? 'scheduled' : 'active';
}

/** Ids of the roles that are in force at `now`. */
export function rolesInForce(assignments: readonly RoleAssignment[], now: string): string[] {
  const current = assignments.filter((assignment) => assignmentState(assignment, now) === 'active');
  return [...new Set(current.map(({ role }) => role))].sort();
}

/** The next moment after `now` at which one of them begins or ends; null when none does any more. */
export function nextChange(
  assignments: readonly Pick<RoleAssignment, 'valid_from' | 'expires_at'>[],
  now: string,
): string | null {
  const moments = assignments
    .filter((assignment) => assignmentState(assignment, now) !== 'expired')
    .flatMap(({ valid_from, expires_at }) => [valid_from, expires_at])
    .map((moment) => (moment === null ? Number.NaN : Date.parse(moment)))
    .filter((moment) => moment > Date.parse(now));
  return moments.length === 0 ? null : new Date(Math.min(...moments)).toISOString();
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

/** What paths give: held always, and held under conditions where they are not held always. */
export interface HeldPermissions {
  permissions: Permission[];
  conditional_permissions: ConditionalPermission[];
}

export function heldBy(paths: readonly GrantPath[]): HeldPermissions {
  const always = new Set(paths.filter((path) => path.conditions.length === 0).map((path) => path.permission));
  const conditional = new Map<string, ConditionalPermission>();
  for (const { permission, conditions } of paths) {
    if (always.has(permission)) continue;
    const held = { permission, conditions: [...conditions] };
    conditional.set(JSON.stringify(held), held);
  }
  return { permissions: [...always].sort(), conditional_permissions: [...conditional.values()] };
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
