import { beyondOwn, grantPaths, hasRole, type Caller } from '@annals/auth';
import { Problem, rankedRoles, type Permission, type RankedRole } from '@annals/contracts';
import { definitionsOf, type RoleSet } from './role.js';

/**
 * Nobody passes on more than they have: neither a stronger rank, nor a permission that they lack. A role counts with all
 * of its parents, and as if all were active, for they can become so.
 * @throws Problem 403 `beyond-own-rights`
 */
export function requireOwnRights(caller: Caller, set: RoleSet, roleId: string): void {
  if (hasRole(caller, 'ADMIN')) return;
  if (isRanked(roleId) && !hasRole(caller, roleId)) throw beyond(`the role ${roleId}`);
  const definitions = [...definitionsOf(set)].map(([id, role]) => [id, { ...role, active: true }] as const);
  const held: readonly Permission[] = caller.kind === 'anonymous' ? [] : caller.permissions;
  const missing = beyondOwn(held, grantPaths([roleId], new Map(definitions)));
  if (missing.length > 0) throw beyond(missing.join(', '));
}

const isRanked = (id: string): id is RankedRole => (rankedRoles as readonly string[]).includes(id);

const beyond = (what: string) => new Problem(403, 'beyond-own-rights', `You cannot pass on what you lack: ${what}`);
