import type { Permission } from '@annals/contracts';
import type { Grant } from './permission-evaluation.js';

/**
 * Who may do the greater thing may let others do the lesser one. This says what may be passed on and nothing about what
 * its holder may do: there the tables of the roles count as they stand.
 */
const lesser: Partial<Record<Permission, readonly Permission[]>> = {
  MANAGE_ALL_USERS: ['MANAGE_TEAM_USERS', 'VIEW_ALL_USERS'],
  EDIT_ALL_CONTENT: ['EDIT_OWN_CONTENT'],
  MANAGE_BILLING: ['VIEW_BILLING'],
};

/**
 * The permissions of `wanted` that `holder` may not pass on: nobody gives more than they have. What the holder has
 * under conditions does not count, nor do conditions make less of what is given.
 */
export function beyondOwn(holder: readonly Permission[], wanted: readonly Grant[]): Permission[] {
  const own = new Set(holder.flatMap((permission) => [permission, ...(lesser[permission] ?? [])]));
  return [...new Set(wanted.map(({ permission }) => permission))].filter((permission) => !own.has(permission));
}
