import { listAccountsRoute, pageMeta, type BuiltInRole } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { myAccounts, type MyAccount } from './choose-account.js';

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
type Shown = Omit<MyAccount, 'role' | 'revision'> & { role: BuiltInRole | null };

export const shownAccount = ({ account_id, purpose, ...account }: Shown) => ({
  id: account_id,
  kind: purpose,
  name: account.name,
  slug: account.slug,
  domain: account.domain,
  policies: account.policies,
  role: account.role,
  created_at: account.created_at,
});
