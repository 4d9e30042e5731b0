import { isElevated } from '@annals/auth';
import { Problem, type BuiltInRole, type CurrentUserContext } from '@annals/contracts';
import { refuseErased } from '@annals/service';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { requireOwnRights } from '../role/own-rights.js';
import { roleSets } from '../role/role.js';
import { accountOf } from '../session/own-session.js';
import { isKnown, type KnownUser, type User, userNotFound, users } from './user.js';

export interface Managed {
  accountId: string;
  user: KnownUser;
  revision: bigint | null;
  role: BuiltInRole;
}

/** Whether an account looks after a person: it made them known, or it is their own home. */
export const isManagedBy = (user: User, accountId: string): boolean =>
  isKnown(user) && (user.managed_by === accountId || user.home_account_id === accountId);

/**
 * A member whom the caller may change as a person: the account looks after them, or the caller is an elevated super
 * admin; and they are no stronger than the caller. Read from the events themselves.
 * @throws Problem 404 `user-not-found`, 410 `subject-erased`, 403 `person-managed-elsewhere`, `beyond-own-rights`
 */
export async function personToManage(
  { store }: Identity,
  context: CurrentUserContext,
  userId: string,
): Promise<Managed> {
  const accountId = accountOf(context);
  const [{ state: membership }, { state: user, revision }] = await Promise.all([
    store.load(memberships, membershipId(accountId, userId)),
    store.load(users, userId),
  ]);
  if (membership.kind !== 'member' || !isKnown(user)) {
    // Whoever looked after somebody is told that they are gone for good, and nobody else that they ever were.
    if (isManagedBy(user, accountId)) await refuseErased(store, { account_id: accountId, user_id: userId });
    throw userNotFound();
  }
  if (!isManagedBy(user, accountId) && !isElevated(context)) {
    if (user.kind === 'deleted') throw userNotFound();
    throw new Problem(403, 'person-managed-elsewhere', 'Another account looks after this person; end the membership');
  }
  requireOwnRights(context, roleSets.initial, membership.role);
  return { accountId, user, revision, role: membership.role };
}

/**
 * For what would lock the caller out.
 * @throws Problem 409 `own-user`
 */
export function refuseOwnUser(context: CurrentUserContext, userId: string): void {
  if (context.user_id === userId) throw new Problem(409, 'own-user', 'Nobody disables or deletes themselves here');
}
