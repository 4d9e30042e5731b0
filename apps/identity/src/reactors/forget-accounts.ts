import type { Reactor } from '@annals/postgres';
import type { Identity } from '../identity.js';
import { forgetAccount, forgetClosedAccount } from '../session/session-tokens.js';

/** Who has left the account they signed in to, or whose account was closed, gets tokens for another one at the next refresh. */
export const forgetAccounts = ({ pool }: Identity): Reactor => ({
  name: 'forget-accounts',
  categories: ['membership', 'account'],
  on: {
    MembershipEnded: ({ data }) => forgetAccount(pool, String(data.user_id), String(data.account_id)),
    AccountClosed: ({ data }) => forgetClosedAccount(pool, String(data.account_id)),
  },
});
