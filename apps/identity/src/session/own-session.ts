import { Problem, type CurrentUserContext } from '@annals/contracts';

/**
 * The session a request belongs to. A token of another issuer, or a service, has none of ours.
 * @throws Problem 403 `session-required`
 */
export function ownSession(context: CurrentUserContext): { session_id: string; user_id: string } {
  const { session_id, user_id } = context;
  if (!session_id || !user_id) throw new Problem(403, 'session-required', 'This needs a session of a person');
  return { session_id, user_id };
}

/** The person a request belongs to. @throws Problem 403 `user-required` */
export function ownUser(context: CurrentUserContext): string {
  if (!context.user_id) throw new Problem(403, 'user-required', 'This is done by a person');
  return context.user_id;
}

/** The account a request is for; access was checked before, so there is one. */
export function accountOf(context: CurrentUserContext): string {
  if (!context.account_id) throw new Problem(400, 'account-required', 'Say for which account: send account-id');
  return context.account_id;
}
