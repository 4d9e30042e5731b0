import { isDeepStrictEqual } from 'node:util';
import type { CurrentUserContext } from '@annals/contracts';
import type { Identity } from '../identity.js';
import { requireOwnRights } from '../role/own-rights.js';
import { roleSets } from '../role/role.js';
import { ownUser } from '../session/own-session.js';
import { requireTeam, type Account, type AccountDetails } from './account.js';
import { accountNotFound } from './get-account.js';
import { domainOf, ownDomain } from './own-domain.js';
import { requireOwnEntry } from './own-entry.js';
import { requireFreeForm } from './slug.js';

type Wanted = Pick<AccountDetails, 'name' | 'slug' | 'domain' | 'policies'>;

/**
 * What somebody wants an account to be; whatever is new about it has to be theirs to give.
 * @returns the same with the domain in ASCII
 * @throws Problem 400 `slug-reserved`, `domain-invalid`, `domain-public`; 403 `domain-not-proven`, `beyond-own-rights`;
 *   404 `account-not-found`; 409 `home-account`, `would-lock-yourself-out`
 */
export async function requireOwnToGive(
  identity: Identity,
  context: CurrentUserContext,
  account: Account,
  wanted: Wanted,
): Promise<Wanted> {
  if (account.kind !== 'open') throw accountNotFound();
  const { slug, policies } = wanted;
  if (slug !== account.slug) requireFreeForm(slug);
  if (!isDeepStrictEqual(policies, account.policies)) {
    const { auto_join_role: role } = policies;
    if (role !== null && role !== account.policies.auto_join_role) requireOwnRights(context, roleSets.initial, role);
    await requireOwnEntry(identity, context, policies);
  }
  return { ...wanted, domain: await domainFor(identity, context, account, wanted.domain) };
}

async function domainFor(
  identity: Identity,
  context: CurrentUserContext,
  account: AccountDetails,
  named: string | null,
): Promise<string | null> {
  if (named === null) return null;
  requireTeam(account, 'A home account has no domain');
  const { domain } = account;
  return domain !== null && domainOf(named) === domain ? domain : ownDomain(identity, ownUser(context), named);
}
