import { requireAllPermissions } from '@annals/auth';
import { Problem, type AnonymousContext, type CurrentUserContext } from '@annals/contracts';
import { findMyAccount } from '../account/choose-account.js';
import type { Identity } from '../identity.js';
import { rightsAt } from '../role/rights.js';
import { withRoles } from '../role/standing.js';
import { accountOf, ownUser } from '../session/own-session.js';
import { mayAct, users } from '../user/user.js';

const importPermissions = ['IMPORT_ACCOUNT_DATA', 'MANAGE_ALL_USERS'] as const;

/** Who imports, with the rights they have in their account now: looked up, for those of the upload may be gone. */
export interface Importer {
  account_id: string;
  user_id: string;
  caller: CurrentUserContext;
}

/**
 * @throws Problem 403 `membership-ended`, `user-inactive`, `permission-required` when they may not, or no longer,
 *   make people known here
 */
export async function importerOf(
  identity: Identity,
  context: CurrentUserContext | AnonymousContext,
  now: string,
): Promise<Importer> {
  if (context.kind === 'anonymous') throw new Problem(403, 'user-required', 'This is done for a person');
  const [account_id, user_id] = [accountOf(context), ownUser(context)];
  const [account, { state: user }] = await Promise.all([
    findMyAccount(identity, user_id, account_id),
    identity.store.load(users, user_id),
  ]);
  if (!account) throw new Problem(403, 'membership-ended', 'You are no longer a member of this account');
  if (!mayAct(user)) throw new Problem(403, 'user-inactive', 'You can do nothing here at present');
  const { role: base, grants } = account;
  const rights = rightsAt(identity, await withRoles(identity, { account_id, user_id, base, grants }), now);
  const caller: CurrentUserContext = { ...context, ...rights };
  requireAllPermissions(caller, importPermissions);
  return { account_id, user_id, caller };
}
