import { type CurrentUserContext, Problem } from '@annals/contracts';
import { accountStream } from '@annals/event-store';

/** Whose document: a person keeps one profile and one set of preferences per account, as in a workspace. */
export interface Owner {
  account_id: string;
  user_id: string;
}

/**
 * The person a request is about, who is always its own user in the account it works in.
 * @throws Problem 403 `person-unknown` for a caller without person or account, which access rules should have stopped
 */
export function ownerOf({ account_id, user_id }: CurrentUserContext): Owner {
  if (!account_id || !user_id) throw new Problem(403, 'person-unknown', 'This is done by a person in an account');
  return { account_id, user_id };
}

/** Id part of the owner's streams. */
export const streamOf = (owner: Owner): string => accountStream(owner.account_id, owner.user_id);
