import type { AccountEvent, EventOf, AccountCreated } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { accounts, type Account } from './account.js';
import { claimSlug, slugs } from './slug.js';

export type CreateAccount = EventOf<typeof AccountCreated>['data'];

export function createAccount(account: Account, command: CreateAccount): AccountEvent[] {
  return account.kind === 'unknown' ? [{ type: 'AccountCreated', data: command }] : [];
}

/**
 * Opens an account under its slug. Every step can be repeated, so whoever finds it half done can finish it.
 * @throws Problem 409 `slug-taken`
 */
export async function openAccount({ store, secrets }: Identity, asking: Asking, account: CreateAccount): Promise<void> {
  const { account_id, slug } = account;
  const { context, now } = asking;
  const step = { context, now, accountId: account_id };
  await store.execute(slugs, secrets.slugHash(slug), {
    ...step,
    id: derivedId(account_id, 'slug'),
    decide: (state) => claimSlug(state, { slug, account_id }),
  });
  await store.execute(accounts, account_id, {
    ...step,
    id: derivedId(account_id, 'account'),
    decide: (state) => createAccount(state, account),
  });
}
