import { restoreAccountRoute, type AccountEvent, type CurrentUserContext } from '@annals/contracts';
import { mount, refuseErased, written } from '@annals/service';
import { commandIn } from '../asking.js';
import { elevationFor } from '../elevation/elevation.js';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { ownUser } from '../session/own-session.js';
import { sessions } from '../session/session.js';
import { accounts, isKnownAccount, type Account } from './account.js';
import { seatAdmin } from './admins.js';
import { accountNotFound } from './get-account.js';
import { shownTo } from './list-accounts.js';

/** @throws Problem 404 `account-not-found` */
export function restoreAccount(
  account: Account,
  { restored_as }: { restored_as: 'admin' | 'super-admin' },
): AccountEvent[] {
  if (!isKnownAccount(account)) throw accountNotFound();
  if (account.kind === 'open') return [];
  return [{ type: 'AccountRestored', data: { account_id: account.account_id, restored_as } }];
}

/**
 * Brings back a closed account, with its names and members. Nobody can be in it, so its ADMINs ask from outside, and so
 * does a super admin with an elevation for it. For everybody else it is as unknown as one that never was.
 */
export const restoreClosedAccount = (identity: Identity) =>
  mount(restoreAccountRoute, async ({ params, ...asking }) => {
    const { store } = identity;
    const { commandId } = asking;
    const { context, elevated } = await visiting(identity, asking.context, params.id);
    const userId = ownUser(context);
    const { state: membership } = await store.load(memberships, membershipId(params.id, userId));
    const isAdmin = membership.kind === 'member' && membership.role === 'ADMIN';
    if (!isAdmin && !elevated) throw accountNotFound();
    await requireSomebodyAtHome(identity, params.id);
    const outcome = await store.execute(accounts, params.id, {
      ...commandIn({ ...asking, context }, params.id),
      decide: (account) => restoreAccount(account, { restored_as: isAdmin ? 'admin' : 'super-admin' }),
    });
    // While it was closed, the last of those who run it may have been put out.
    if (isAdmin)
      await seatAdmin(identity, { ...asking, commandId: outcome.events[0]?.id ?? commandId }, params.id, userId);
    return written(outcome, (account) => shownTo(account, membership.kind === 'member' ? membership.role : null));
  });

/**
 * A home that was closed because its person was erased is nobody's: what it was called is given back.
 * @throws Problem 410 `subject-erased`
 */
async function requireSomebodyAtHome({ store }: Identity, accountId: string): Promise<void> {
  const { state: account } = await store.load(accounts, accountId);
  if (account.kind !== 'closed' || account.purpose !== 'home') return;
  await refuseErased(store, { account_id: null, user_id: account.created_by_id });
}

/** The caller's context, with the elevation by which they may act on the account, when there is one. */
async function visiting(
  { store }: Identity,
  context: CurrentUserContext,
  accountId: string,
): Promise<{ context: CurrentUserContext; elevated: boolean }> {
  if (!context.is_super_admin || !context.session_id) return { context, elevated: false };
  const { state: session } = await store.load(sessions, context.session_id);
  const elevation = session.kind === 'active' && elevationFor(session.elevations, accountId, context.timestamp);
  if (!elevation) return { context, elevated: false };
  const { elevation_id } = elevation;
  return { context: { ...context, elevation_id, is_system_admin_access: true }, elevated: true };
}
