import { listAccountsRoute, pageMeta, type BuiltInRole } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { isKnownAccount, type Account, type AccountDetails } from './account.js';
import { myAccounts } from './choose-account.js';

/** Accounts the caller belongs to. A person has few, so they are sorted here. */
export const listAccounts = (identity: Identity) =>
  mount(listAccountsRoute, async ({ context, query }) => {
    const { page, limit, sort_by, sort_order } = query;
    const mine = await myAccounts(identity, ownUser(context));
    const direction = sort_order === 'asc' ? 1 : -1;
    const sorted = mine.sort((a, b) => direction * compare([a[sort_by], a.account_id], [b[sort_by], b.account_id]));
    const data = sorted.slice((page - 1) * limit, page * limit).map(shownAccount);
    return { status: 200, body: { data, meta: pageMeta(page, limit, mine.length) } };
  });

function compare(a: readonly string[], b: readonly string[]): number {
  const different = a.findIndex((text, index) => text !== b[index]);
  return different < 0 ? 0 : a[different]! < b[different]! ? -1 : 1;
}

/** An account as it is shown to somebody with this role in it, or with none. */
export const shownAccount = ({
  account_id,
  purpose,
  ...account
}: Omit<AccountDetails, 'admins' | 'created_by_id'> & { role: BuiltInRole | null }) => ({
  id: account_id,
  kind: purpose,
  name: account.name,
  slug: account.slug,
  domain: account.domain,
  policies: account.policies,
  role: account.role,
  created_at: account.created_at,
});

/** The account that a command has just written. */
export function shownTo(account: Account, role: BuiltInRole | null) {
  if (!isKnownAccount(account)) throw new Error('a command wrote an account that is none');
  return shownAccount({ ...account, role });
}
