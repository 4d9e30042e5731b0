import { getAccountRoute, Problem } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { accounts } from './account.js';
import { findMyAccount } from './choose-account.js';
import { shownAccount, shownTo } from './list-accounts.js';

/** One account of the caller, or the one a super admin is on a visit in; somebody else's is as unknown as one that never was. */
export const getAccount = (identity: Identity) =>
  mount(getAccountRoute, async ({ context, params }) => {
    if (context.elevation_id !== null && context.account_id === params.id) {
      const { state, revision } = await identity.store.load(accounts, params.id);
      return { status: 200, revision, body: shownTo(state, context.role) };
    }
    const account = await findMyAccount(identity, ownUser(context), params.id);
    if (!account) throw accountNotFound();
    return { status: 200, revision: account.revision, body: shownAccount(account) };
  });

export const accountNotFound = () => new Problem(404, 'account-not-found', 'There is no such account');
