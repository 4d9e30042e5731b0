import type { Reactor } from '@annals/postgres';
import type { Identity } from '../identity.js';
import { forgetHome } from '../session/session-tokens.js';

/** Who has left their home account gets tokens for another one at the next refresh. */
export const forgetHomes = ({ pool }: Identity): Reactor => ({
  name: 'forget-homes',
  categories: ['membership'],
  on: { MembershipEnded: ({ data }) => forgetHome(pool, String(data.user_id), String(data.account_id)) },
});
