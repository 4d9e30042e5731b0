import { closeAccountRoute, type AccountEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { commandIn } from '../asking.js';
import type { Identity } from '../identity.js';
import { revoke } from '../session/revocations.js';
import { accounts, isKnownAccount, requireTeam, type Account } from './account.js';
import { accountNotFound } from './get-account.js';

/** @throws Problem 404 `account-not-found`, 409 `home-account` */
export function closeAccount(account: Account): AccountEvent[] {
  if (!isKnownAccount(account)) throw accountNotFound();
  requireTeam(account, 'A home account stays as long as its person');
  return account.kind === 'closed' ? [] : [{ type: 'AccountClosed', data: { account_id: account.account_id } }];
}

/** Closes an account: before this answers, nobody is in it any more, at any gateway. What they have elsewhere stays. */
export const closeAccountOfMembers = (identity: Identity) =>
  mount(closeAccountRoute, async ({ params, ...asking }) => {
    if (params.id !== asking.context.account_id) throw accountNotFound();
    const command = commandIn(asking, params.id);
    const outcome = await identity.store.execute(accounts, params.id, { ...command, decide: closeAccount });
    const sourceId = outcome.events[0]?.id ?? asking.commandId;
    await revoke(identity.pool, sourceId, { kind: 'account', key: params.id }, asking.now);
    return written(outcome, () => null, 204);
  });
