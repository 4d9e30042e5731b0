import { Problem, type AccountEvent, type BuiltInRole } from '@annals/contracts';
import { commandIn, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { mayAct, users } from '../user/user.js';
import { accounts, isKnownAccount, requireTeam, type Account } from './account.js';

/** Why somebody stops being one of those who run an account: the fact that follows. `barred`: they may not act at all. */
export type AdminLoss =
  { reason: 'role-changed'; role: BuiltInRole } | { reason: 'removed' | 'left' | 'barred' | 'no-admin' };

export function addAdmin(account: Account, user_id: string): AccountEvent[] {
  if (!isKnownAccount(account) || account.admins.includes(user_id)) return [];
  return [{ type: 'AccountAdminAdded', data: { account_id: account.account_id, user_id } }];
}

/**
 * Takes somebody from those who run the account. A closed account needs nobody; the home of somebody who may not act
 * waits for them; and who is no ADMIN any more, whatever the reason, is not counted (`no-admin`).
 * @throws Problem 409 `last-admin`, `home-account`
 */
export function removeAdmin(account: Account, user_id: string, loss: AdminLoss): AccountEvent[] {
  if (!isKnownAccount(account) || !account.admins.includes(user_id)) return [];
  const { reason } = loss;
  const isAtHome = account.purpose === 'home' && user_id === account.created_by_id;
  if (isAtHome && reason === 'barred') return [];
  if (isAtHome && reason !== 'no-admin') requireTeam(account, 'A home account stays with its person');
  if (account.kind === 'open' && reason !== 'no-admin' && account.admins.length === 1) {
    throw new Problem(409, 'last-admin', 'Somebody has to run the account: make another member ADMIN first');
  }
  const role = loss.reason === 'role-changed' ? loss.role : null;
  return [{ type: 'AccountAdminRemoved', data: { account_id: account.account_id, user_id, reason, role } }];
}

/**
 * Counts somebody among those who run an account; to be called when their membership says ADMIN. Who may not act is not
 * counted before they may. Twice is once.
 */
export async function seatAdmin(identity: Identity, asking: Asking, accountId: string, userId: string): Promise<void> {
  const { state: user } = await identity.store.load(users, userId);
  if (!mayAct(user)) return;
  await identity.store.execute(accounts, accountId, {
    ...commandIn(asking, accountId),
    decide: (account) => addAdmin(account, userId),
  });
}

/**
 * To be called before somebody stops being an ADMIN who can act; the fact itself follows. Should the process die in
 * between, a reactor completes a change of membership, and seats again who was to be barred.
 * @throws Problem 409 `last-admin`, `home-account`
 */
export async function resignAdmin(
  identity: Identity,
  asking: Asking,
  accountId: string,
  userId: string,
  loss: AdminLoss = { reason: 'barred' },
): Promise<void> {
  await identity.store.execute(accounts, accountId, {
    ...commandIn(asking, accountId),
    decide: (account) => removeAdmin(account, userId, loss),
  });
}
