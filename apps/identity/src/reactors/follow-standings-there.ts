import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import type { IdentityProviderPort } from '../idp/identity-provider.js';
import type { Identity } from '../identity.js';
import { identitiesOf } from '../provider/list-providers.js';
import { mayAct, users } from '../user/user.js';

/**
 * Blocks at the identity provider who may not act here, and lets them in again with us. Each event brings the provider in
 * line with how things are now, so none of them is too late.
 */
export function followStandingsThere(identity: Identity, idp: IdentityProviderPort): Reactor {
  const bringInLine = async ({ data }: StoredEvent) => {
    const userId = String(data.user_id);
    const [{ state: user }, identities] = await Promise.all([
      identity.store.load(users, userId),
      identitiesOf(identity, userId),
    ]);
    for (const { issuer, provider_id } of identities) {
      if (issuer !== idp.issuer || !provider_id.includes('|')) continue;
      await (mayAct(user) ? idp.unblockUser(provider_id) : idp.blockUser(provider_id));
    }
  };
  return {
    name: 'follow-standings-there',
    categories: ['user'],
    on: {
      UserDisabled: bringInLine,
      UserDeleted: bringInLine,
      UserEnabled: bringInLine,
      UserRestored: bringInLine,
    },
  };
}
