import { beyondOwn, hasRole } from '@annals/auth';
import { Problem, type CurrentUserContext, type Permission } from '@annals/contracts';

/**
 * Nobody gives a key more than they have themselves; an ADMIN may give everything.
 * @throws Problem 403 `scopes-beyond-own`
 */
export function requireOwnScopes(caller: CurrentUserContext, scopes: readonly Permission[]): void {
  if (hasRole(caller, 'ADMIN')) return;
  const missing = beyondOwn(
    caller.permissions,
    scopes.map((permission) => ({ permission, conditions: [] })),
  );
  if (missing.length === 0) return;
  throw new Problem(403, 'scopes-beyond-own', `You cannot give a key what you lack: ${missing.join(', ')}`);
}
