import {
  Problem,
  rankedRoles,
  type Access,
  type AnonymousContext,
  type BuiltInRole,
  type IdentityContext,
  type Permission,
  type RankedRole,
} from '@annals/contracts';

/** Whoever a check is made for: the signed identity, alone or merged with the request part, or nobody. */
export type Caller = IdentityContext | Pick<AnonymousContext, 'kind'>;

const isSignedIn = (caller: Caller): caller is IdentityContext => caller.kind !== 'anonymous';

/** A super admin counts as ADMIN only inside an elevation: audited, one account, limited in time. */
export function isElevated(caller: Caller): boolean {
  return isSignedIn(caller) && caller.is_super_admin && caller.is_system_admin_access;
}

/**
 * Whether the caller's role is `min` or stronger. BILLING and ANALYTICS have no rank and pass only where `also` names them.
 */
export function hasRole(caller: Caller, min: RankedRole, ...also: readonly BuiltInRole[]): boolean {
  if (!isSignedIn(caller)) return false;
  if (isElevated(caller)) return true;
  const rank = (rankedRoles as readonly string[]).indexOf(caller.role ?? '');
  if (rank >= 0 && rank <= rankedRoles.indexOf(min)) return true;
  return also.some((role) => caller.role === role || caller.roles.includes(role));
}

/** Whether the permission is among the caller's effective ones. */
export function hasPermission(caller: Caller, permission: Permission): boolean {
  return isSignedIn(caller) && (caller.permissions.includes(permission) || isElevated(caller));
}

/** @throws Problem 403 `role-required` */
export function requireRole(caller: Caller, min: RankedRole, ...also: readonly BuiltInRole[]): void {
  if (!hasRole(caller, min, ...also)) throw new Problem(403, 'role-required', `Requires ${min} role or higher`);
}

/** @throws Problem 403 `permission-required` */
export function requirePermission(caller: Caller, permission: Permission): void {
  requireAllPermissions(caller, [permission]);
}

/** @throws Problem 403 `permission-required`, naming the first one missing */
export function requireAllPermissions(caller: Caller, wanted: readonly Permission[]): void {
  const missing = wanted.find((permission) => !hasPermission(caller, permission));
  if (missing) throw new Problem(403, 'permission-required', `Missing permission: ${missing}`);
}

/** @throws Problem 403 `any-permission-required` */
export function requireAnyPermission(caller: Caller, wanted: readonly Permission[]): void {
  if (wanted.some((permission) => hasPermission(caller, permission))) return;
  throw new Problem(403, 'any-permission-required', `Missing permission: one of ${wanted.join(', ')}`);
}

/**
 * Applies what a route declares. A service principal passes `user` only when it says on whose behalf it works.
 * @throws Problem 401 `sign-in-required`, 400 `account-required`, 403 `person-required`, `role-required`, `permission-required`
 */
export function requireAccess(access: Access, caller: Caller): void {
  if (access.kind === 'open') return;
  if (!isSignedIn(caller)) {
    throw new Problem(401, 'sign-in-required', 'Sign in to do this', { headers: { 'www-authenticate': 'Bearer' } });
  }
  if (!caller.account_id) throw new Problem(400, 'account-required', 'Say for which account: send account-id');
  switch (access.kind) {
    case 'user':
      if (!caller.user_id) throw new Problem(403, 'person-required', 'This is done by or for a person');
      return;
    case 'role':
      return requireRole(caller, access.min, ...(access.also ?? []));
    case 'permission':
      return requirePermission(caller, access.permission);
  }
}
