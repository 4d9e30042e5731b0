import { requireAllPermissions, type Caller } from '@annals/auth';
import type { AnonymousContext, CurrentUserContext } from '@annals/contracts';
import { personNow } from '../authority/look-up-rights.js';
import type { Identity } from '../identity.js';
import { accountOf, ownUser } from '../session/own-session.js';

/** Who imports into which account. */
export interface Importer {
  account_id: string;
  user_id: string;
  /** With the rights they have now: looked up, for those of the upload may be gone. */
  caller: Caller;
}

const needed = ['IMPORT_ACCOUNT_DATA', 'MANAGE_ALL_USERS'] as const;

/**
 * @throws Problem 403 as `personNow`, and `permission-required` when they may not, or no longer, make people known here
 */
export async function importerOf(
  identity: Identity,
  context: CurrentUserContext | AnonymousContext,
  now: string,
): Promise<Importer> {
  // Only a principal passes the door of the route, so somebody is known.
  const asked = context as CurrentUserContext;
  const caller = await personNow(identity, asked, now);
  requireAllPermissions(caller, needed);
  return { account_id: accountOf(asked), user_id: ownUser(asked), caller };
}
