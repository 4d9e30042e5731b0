import { rankedRoles, rolePermissions, type Access, type Permission, type RankedRole } from '@annals/contracts';

/**
 * Who asks, as a column of the matrix.
 * - `anonymous`: without a token.
 * - `stranger`: ADMIN of another account, in that account, with ids of this one in the path.
 * - `intruder`: the same person, naming this account.
 * - `low_role`: VIEWER of this account, asking about somebody else.
 * - `owner`: the same person, asking about themselves.
 * - `admin`: ADMIN of this account.
 * - `suspended`: a member who was disabled after signing in.
 * - `super_admin`: a super admin without an elevation, naming this account.
 * - `elevated`: the same person in a session with an elevation for it.
 * - `api_key`: a key of this account without the scope.
 */
export const actors = [
  ...(['anonymous', 'stranger', 'intruder', 'low_role', 'owner', 'admin'] as const),
  ...(['suspended', 'super_admin', 'elevated', 'api_key'] as const),
];
export type Actor = (typeof actors)[number];

/** What an answer says about access: let in (whatever came of it), unknown to us, known but not allowed, no such thing. */
export type Verdict = 'let-in' | 401 | 403 | 404;

/** What the contract's declaration of access promises each actor, without regard to ids in the path. */
export function promisedVerdict(access: Access, actor: Exclude<Actor, 'stranger'>): Verdict {
  const open = access.kind === 'open';
  // Who sends a token to a route that knows callers is somebody there, and has to be let in as everywhere.
  const asAnybody = open && !access.knows_caller;
  switch (actor) {
    case 'anonymous':
      return open ? 'let-in' : 401;
    case 'suspended':
      return asAnybody ? 'let-in' : 401;
    case 'intruder':
    case 'super_admin':
      return asAnybody ? 'let-in' : 403;
    case 'api_key':
      return open ? 'let-in' : 403;
    case 'elevated':
      return access.kind === 'super_admin' || memberPasses(access, 'ADMIN') ? 'let-in' : 403;
    case 'admin':
      return memberPasses(access, 'ADMIN') ? 'let-in' : 403;
    case 'low_role':
      return memberPasses(access, 'VIEWER') ? 'let-in' : 403;
    case 'owner':
      return memberPasses(access, 'VIEWER') || isAboutSelf(access) ? 'let-in' : 403;
  }
}

const isAboutSelf = (access: Access): boolean => 'or_self' in access && access.or_self !== undefined;

/** Said again here, in words of the matrix, and not with the code that is judged. */
function memberPasses(access: Access, role: RankedRole): boolean {
  const held: readonly Permission[] = rolePermissions[role];
  switch (access.kind) {
    case 'open':
    case 'self':
    case 'user':
      return true;
    case 'super_admin':
      return false;
    case 'role':
      return rankedRoles.indexOf(role) <= rankedRoles.indexOf(access.min) || (access.also ?? []).includes(role);
    case 'permission':
      return role === 'ADMIN' || held.includes(access.permission);
    case 'any_permission':
      return role === 'ADMIN' || access.permissions.some((permission) => held.includes(permission));
    case 'all_permissions':
      return role === 'ADMIN' || access.permissions.every((permission) => held.includes(permission));
  }
}
