import { type CurrentUserContext, Problem } from '@annals/contracts';

/**
 * The account a request works in, and who asks.
 * @throws Problem 403 `person-unknown` for a caller without one of them, which access rules should have stopped
 */
export function personOf({ account_id, user_id }: CurrentUserContext): { account_id: string; user_id: string } {
  if (!account_id || !user_id) throw new Problem(403, 'person-unknown', 'This is done by a person in an account');
  return { account_id, user_id };
}

/** @throws Problem 403 `account-unknown` for a caller without account */
export function accountIdOf({ account_id }: CurrentUserContext): string {
  if (!account_id) throw new Problem(403, 'account-unknown', 'This is done in an account');
  return account_id;
}
