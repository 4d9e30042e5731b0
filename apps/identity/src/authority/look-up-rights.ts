import { hasPermission, personIdentity } from '@annals/auth';
import { Problem, type CurrentUserContext, type IdentityContext, type Permission } from '@annals/contracts';
import { accounts } from '../account/account.js';
import { findMyAccount } from '../account/choose-account.js';
import { elevatedIn, elevationFor } from '../elevation/elevation.js';
import { elevatedRights } from '../elevation/elevated-rights.js';
import type { Identity } from '../identity.js';
import { rightsAt, type Rights } from '../role/rights.js';
import { withRoles } from '../role/standing.js';
import { accountOf, ownUser } from '../session/own-session.js';
import { sessions } from '../session/session.js';
import { mayAct, users, type ActingUser } from '../user/user.js';

/**
 * The person on whose behalf a service works, with the rights they have in the account now, whatever they had when they
 * asked. Work that is done later has no client's address, so a right that is bound to one does not carry it.
 * @throws Problem 403 `user-inactive`, `account-closed`, `membership-ended`, `elevation-ended`
 */
export async function personNow(
  identity: Identity,
  context: CurrentUserContext,
  now: string,
): Promise<IdentityContext & Pick<CurrentUserContext, 'ip_address' | 'timestamp'>> {
  const [userId, accountId] = [ownUser(context), accountOf(context)];
  const { state: user } = await identity.store.load(users, userId);
  if (!mayAct(user)) throw new Problem(403, 'user-inactive', 'You can do nothing here at present');
  const rights =
    context.elevation_id === null
      ? await rightsOfMember(identity, userId, accountId, now)
      : await rightsOfVisitor(identity, user, context, now);
  return {
    ...personIdentity({ user_id: userId, account_id: accountId, is_super_admin: user.is_super_admin, ...rights }),
    ...{ ip_address: null, timestamp: now },
  };
}

/**
 * Which of these permissions {@link personNow} has.
 * @throws Problem 403 as there
 */
export async function lookUpRights(
  identity: Identity,
  context: CurrentUserContext,
  wanted: readonly Permission[],
  now: string,
): Promise<Permission[]> {
  const person = await personNow(identity, context, now);
  return wanted.filter((permission) => hasPermission(person, permission));
}

/** As {@link lookUpRights}, for work that needs one of them. @throws Problem 403 `permission-required` besides */
export async function requireRight(
  identity: Identity,
  context: CurrentUserContext,
  permission: Permission,
  now: string,
): Promise<void> {
  const [held] = await lookUpRights(identity, context, [permission], now);
  if (!held) throw new Problem(403, 'permission-required', `Missing permission: ${permission}`);
}

async function rightsOfMember(identity: Identity, userId: string, accountId: string, now: string): Promise<Rights> {
  const account = await findMyAccount(identity, userId, accountId);
  if (!account) throw await whyNone(identity, accountId);
  const { role: base, grants } = account;
  return rightsAt(identity, await withRoles(identity, { account_id: accountId, user_id: userId, base, grants }), now);
}

async function whyNone({ store }: Identity, accountId: string): Promise<Problem> {
  const { state } = await store.load(accounts, accountId);
  return state.kind === 'closed' ? accountClosed() : new Problem(403, 'membership-ended', 'You are no member here');
}

const accountClosed = () => new Problem(403, 'account-closed', 'This account is closed');

/** A super admin's visit carries work no longer than it lasts. */
async function rightsOfVisitor(
  { store }: Identity,
  user: ActingUser,
  context: CurrentUserContext,
  now: string,
): Promise<Rights> {
  const [{ state: session }, { state: account }] = await Promise.all([
    store.load(sessions, context.session_id ?? ''),
    store.load(accounts, accountOf(context)),
  ]);
  const own = session.kind === 'active' && session.user_id === user.user_id ? session : null;
  const elevated = elevatedIn(own, user, now);
  const elevation = elevated && elevationFor(elevated.elevations, accountOf(context), now);
  if (elevation?.elevation_id !== context.elevation_id) {
    throw new Problem(403, 'elevation-ended', 'Your time in this account is over');
  }
  if (account.kind !== 'open') throw accountClosed();
  return elevatedRights(elevation);
}
