import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import { accounts } from '../account/account.js';
import { claimId, claims } from '../account/claim.js';
import { domainOf } from '../account/own-domain.js';
import { addressOf } from '../email/address-of.js';
import type { Identity } from '../identity.js';
import { admitFirst } from '../membership/grant-membership.js';
import { isKnown, users } from '../user/user.js';

/**
 * Lets people into the account that has the domain of the address they have just proved, where it wants that. Once: who
 * was removed or left does not come back by this.
 */
export function autoJoin(identity: Identity): Reactor {
  const { store, secrets } = identity;

  async function join(event: StoredEvent): Promise<void> {
    const user_id = String(event.data.user_id);
    const { state: user } = await store.load(users, user_id);
    if (!isKnown(user) || !user.email_verified) return;
    const address = await addressOf(store, user_id);
    const domain = address && domainOf(address);
    if (!domain) return;
    const { state: claim } = await store.load(claims.domain, claimId(secrets, { kind: 'domain', value: domain }));
    if (claim.kind === 'free') return;
    const { account_id } = claim;
    const { state: account } = await store.load(accounts, account_id);
    if (account.kind !== 'open' || account.domain !== domain || !account.policies.auto_join_role) return;
    const asking = actingOn(event, 'svc:identity', user_id);
    await admitFirst(identity, asking, { account_id, user_id, role: account.policies.auto_join_role });
  }

  return {
    name: 'auto-join',
    categories: ['user'],
    // Who is made known with an address that another issuer vouches for has proved it, too.
    on: { UserRegistered: join, EmailVerified: join, EmailChanged: join },
  };
}
