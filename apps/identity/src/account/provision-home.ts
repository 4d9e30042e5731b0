import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { admit } from '../membership/grant-membership.js';
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
  await openAccount(identity, asking, {
    account_id,
    slug: homeSlug(account_id),
    name: 'Home',
    domain: null,
    kind: 'home',
    created_by_id: user_id,
    created_at: asking.now,
  });
  const commandId = derivedId(account_id, 'membership');
  await admit(identity, { ...asking, commandId }, { account_id, user_id, role: 'ADMIN' });
}
