import {
  Problem,
  rankedRoles,
  reauthenticationSeconds,
  type Access,
  type AnonymousContext,
  type BuiltInRole,
  type CurrentUserContext,
  type IdentityContext,
  type Permission,
  type RankedRole,
  type RequestContext,
} from '@annals/contracts';
import { holds, type Facts } from './conditions.js';

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

/** What is known of the thing that a permission is asked for; the caller's address and the time come from the request. */
export type Thing = Pick<Facts, 'ownerId' | 'attributes'>;

/**
 * Whether the permission is among the caller's effective ones: held without condition, or under conditions that hold
 * for this request and this thing. A condition about a thing that is not named does not hold.
 */
export function hasPermission(caller: Caller, permission: Permission, thing: Thing = {}): boolean {
  if (!isSignedIn(caller)) return false;
  if (caller.permissions.includes(permission) || isElevated(caller)) return true;
  const conditional = caller.conditional_permissions.filter((held) => held.permission === permission);
  if (conditional.length === 0) return false;
  const facts = factsOf(caller, thing);
  return conditional.some(({ conditions }) => conditions.every((condition) => holds(condition, facts)));
}

function factsOf(caller: IdentityContext & Partial<RequestContext>, thing: Thing): Facts {
  const { user_id: userId, ip_address, timestamp } = caller;
  return { ...thing, userId, ipAddress: ip_address ?? null, now: timestamp ?? new Date().toISOString() };
}

/** @throws Problem 403 `role-required` */
export function requireRole(caller: Caller, min: RankedRole, ...also: readonly BuiltInRole[]): void {
  if (!hasRole(caller, min, ...also)) throw new Problem(403, 'role-required', `Requires ${min} role or higher`);
}

/** @throws Problem 403 `permission-required` */
export function requirePermission(caller: Caller, permission: Permission, thing?: Thing): void {
  requireAllPermissions(caller, [permission], thing);
}

/** @throws Problem 403 `permission-required`, naming the first one missing */
export function requireAllPermissions(caller: Caller, wanted: readonly Permission[], thing?: Thing): void {
  const missing = wanted.find((permission) => !hasPermission(caller, permission, thing));
  if (missing) throw new Problem(403, 'permission-required', `Missing permission: ${missing}`);
}

/** @throws Problem 403 `any-permission-required` */
export function requireAnyPermission(caller: Caller, wanted: readonly Permission[], thing?: Thing): void {
  if (wanted.some((permission) => hasPermission(caller, permission, thing))) return;
  throw new Problem(403, 'any-permission-required', `Missing permission: one of ${wanted.join(', ')}`);
}

/**
 * Applies what a route declares. A service principal passes `self` and `user` only when it says on whose behalf it works.
 * @param params the path's parameters, for routes that people may ask about themselves
 * @throws Problem 401 `sign-in-required`, 400 `account-required`, 403 `person-required`, `super-admin-required`,
 *   `role-required`, `permission-required`
 */
export function requireAccess(access: Access, caller: Caller, params: Readonly<Record<string, unknown>> = {}): void {
  if (access.kind === 'open') return;
  if (!isSignedIn(caller)) {
    throw new Problem(401, 'sign-in-required', 'Sign in to do this', { headers: { 'www-authenticate': 'Bearer' } });
  }
  if (access.kind === 'self') return requirePerson(caller);
  if (access.kind === 'super_admin') return requireSuperAdmin(caller);
  if (!caller.account_id) throw new Problem(400, 'account-required', 'Say for which account: send account-id');
  if (access.kind === 'user') return requirePerson(caller);
  if (access.or_self && caller.user_id !== null && params[access.or_self] === caller.user_id) return;
  switch (access.kind) {
    case 'role':
      return requireRole(caller, access.min, ...(access.also ?? []));
    case 'permission':
      return requirePermission(caller, access.permission);
    case 'any_permission':
      return requireAnyPermission(caller, access.permissions);
    case 'all_permissions':
      return requireAllPermissions(caller, access.permissions);
  }
}

/**
 * For what a contract marks as `reauthenticated`: the caller proved who they are a short time ago.
 * @throws Problem 403 `reauthentication-required`
 */
export function requireRecentProof({ authenticated_at, timestamp }: CurrentUserContext): void {
  const age = authenticated_at === null ? Infinity : Date.parse(timestamp) - Date.parse(authenticated_at);
  if (age <= reauthenticationSeconds * 1000) return;
  throw new Problem(403, 'reauthentication-required', 'Prove again who you are: POST /auth/reauthenticate', {
    headers: {
      'www-authenticate': `Bearer error="insufficient_user_authentication", max_age=${reauthenticationSeconds}`,
    },
  });
}

/** What is the house's and no account's. A super admin needs no elevation for it, and gets no account's content by it. */
function requireSuperAdmin({ kind, is_super_admin }: IdentityContext): void {
  if (kind === 'user' && is_super_admin) return;
  throw new Problem(403, 'super-admin-required', 'Only super admins can do this');
}

function requirePerson(caller: IdentityContext): void {
  if (!caller.user_id) throw new Problem(403, 'person-required', 'This is done by or for a person');
}
