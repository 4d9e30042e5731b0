import { Problem, type AccountEvent, type BuiltInRole } from '@annals/contracts';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { accounts, isKnownAccount, type Account } from './account.js';

/** Why somebody stops being one of those who run an account: the fact that follows. `barred`: they may not act at all. */
export type AdminLoss =
  { reason: 'role-changed'; role: BuiltInRole } | { reason: 'removed' | 'left' | 'barred' | 'no-admin' };

export function addAdmin(account: Account, user_id: string): AccountEvent[] {
  if (!isKnownAccount(account) || account.admins.includes(user_id)) return [];
  return [{ type: 'AccountAdminAdded', data: { account_id: account.account_id, user_id } }];
}

/**
 * Takes somebody from those who run the account. A closed account needs nobody, nor does the home of somebody who may not
 * act any more; and who is no ADMIN any more, whatever the reason, is not counted (`no-admin`).
 * @throws Problem 409 `last-admin`
 */
export function removeAdmin(account: Account, user_id: string, loss: AdminLoss): AccountEvent[] {
  if (!isKnownAccount(account) || !account.admins.includes(user_id)) return [];
  const { reason } = loss;
  if (account.purpose === 'home' && reason === 'barred') return [];
  if (account.kind === 'open' && reason !== 'no-admin' && account.admins.length === 1) {
    throw new Problem(409, 'last-admin', 'Somebody has to run the account: make another member ADMIN first');
  }
  const role = loss.reason === 'role-changed' ? loss.role : null;
  return [{ type: 'AccountAdminRemoved', data: { account_id: account.account_id, user_id, reason, role } }];
}

/** Counts somebody among those who run an account; to be called when their membership says ADMIN. Twice is once. */
export async function seatAdmin(identity: Identity, asking: Asking, accountId: string, userId: string): Promise<void> {
  await identity.store.execute(accounts, accountId, {
    ...commandOf(asking, accountId),
    decide: (account) => addAdmin(account, userId),
  });
}

/**
 * To be called before somebody stops being an ADMIN who can act; the fact itself follows. Should the process die in
 * between, a reactor completes a change of membership, and seats again who was to be barred.
 * @throws Problem 409 `last-admin`
 */
export async function resignAdmin(
  identity: Identity,
  asking: Asking,
  accountId: string,
  userId: string,
  loss: AdminLoss = { reason: 'barred' },
): Promise<void> {
  await identity.store.execute(accounts, accountId, {
    ...commandOf(asking, accountId),
    decide: (account) => removeAdmin(account, userId, loss),
  });
}

function commandOf({ commandId, commandHash, context, now }: Asking, accountId: string) {
  return { id: commandId, ...(commandHash === undefined ? {} : { hash: commandHash }), context, now, accountId };
}
