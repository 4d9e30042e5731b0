import { hasPermission } from '@annals/auth';
import type { Access, IdentityContext } from '@annals/contracts';

/**
 * By which permissions or role somebody passed the guard of a route; none where everybody may, or where they asked about
 * themselves. Service accounts and super admins on a visit are not counted: it is about the rights of members.
 */
export function usedRights(
  access: Access,
  caller: IdentityContext,
  params: Readonly<Record<string, unknown>>,
): readonly string[] {
  if (caller.user_id === null || caller.account_id === null || caller.is_system_admin_access) return [];
  if (access.kind === 'open' || access.kind === 'self' || access.kind === 'user' || access.kind === 'super_admin')
    return [];
  if (access.or_self && params[access.or_self] === caller.user_id) return [];
  switch (access.kind) {
    case 'role':
      return [access.min];
    case 'permission':
      return [access.permission];
    case 'any_permission':
      return access.permissions.filter((permission) => hasPermission(caller, permission));
    case 'all_permissions':
      return access.permissions;
  }
}
