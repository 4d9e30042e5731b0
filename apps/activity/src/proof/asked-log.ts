import { type CurrentUserContext, Problem } from '@annals/contracts';
import { noAccount } from '../log/by-account.js';
import { accountIdOf } from '../person.js';

/**
 * The log that a request is about: of the caller's account, or the house's.
 * @throws Problem 403 `super-admin-required` for the house log
 */
export function askedLog(context: CurrentUserContext, log: 'house' | undefined): string {
  if (log === undefined) return accountIdOf(context);
  if (!context.is_super_admin) throw new Problem(403, 'super-admin-required', 'The house log is for super admins');
  return noAccount;
}
