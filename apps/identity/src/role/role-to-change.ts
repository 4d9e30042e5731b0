import { Problem } from '@annals/contracts';
import { isBuiltIn } from './role-rules.js';
import type { Role, RoleSet } from './role.js';

/**
 * The role of the account that somebody wants to change, as they know it.
 * @throws Problem 409 `built-in-role`, 404 `role-not-found`, 412 `role-stale` when it has changed since `ifMatch`
 */
export function roleToChange(
  set: RoleSet,
  { role_id, ifMatch }: { role_id: string; ifMatch: bigint | undefined },
): Role {
  if (isBuiltIn(role_id)) throw new Problem(409, 'built-in-role', 'Built-in roles are the same for everybody');
  const role = set.roles.get(role_id);
  if (!role) throw roleNotFound();
  if (ifMatch !== undefined && ifMatch !== role.revision) {
    throw new Problem(412, 'role-stale', `The role has changed since; it is at revision ${role.revision}`);
  }
  return role;
}

export const roleNotFound = () => new Problem(404, 'role-not-found', 'There is no such role');
