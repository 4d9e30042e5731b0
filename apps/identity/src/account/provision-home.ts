import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { admitFirst } from '../membership/grant-membership.js';
import { openAccount } from './create-account.js';
import { homeSlug } from './slug.js';

/**
 * Gives a person their home account, as its ADMIN. Done at registration, and done again by a reactor: the ids come from
 * the account, so twice is once, and a crash between two steps leaves nothing undone.
 */
export async function provisionHome(
  identity: Identity,
  asking: Asking,
  home: { account_id: string; user_id: string },
): Promise<void> {
  const { account_id, user_id } = home;
  // No hash of the body goes with it: it would be a fast hash of the password, in a log that is kept for ever.
  const { commandHash: _, ...opening } = asking;
  await openAccount(identity, opening, {
    account_id,
    slugs: [homeSlug(account_id)],
    name: 'Home',
    domain: null,
    kind: 'home',
    created_by_id: user_id,
    created_at: asking.now,
  });
  await admitFirst(identity, opening, { account_id, user_id, role: 'ADMIN' });
}
