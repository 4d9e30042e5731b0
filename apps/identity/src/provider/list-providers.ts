import { listProvidersRoute } from '@annals/contracts';
import { isErased, streamName } from '@annals/event-store';
import { mount } from '@annals/service';
import { credentials } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';

/** An identity that is somebody's, with how its issuer names it. */
export interface LinkedIdentity {
  provider_id: string;
  provider: string;
  issuer: string;
  linked_at: string;
}

/** The identities with which a person signs in, oldest first, read from the facts themselves. */
export async function identitiesOf({ store }: Identity, userId: string): Promise<LinkedIdentity[]> {
  const { state } = await store.load(credentials, userId);
  const found = await Promise.all(
    state.providers.map(async (hash) => {
      for await (const { type, data } of store.readStream(streamName('provider', hash), {
        backwards: true,
        limit: 1,
      })) {
        if (type !== 'ProviderLinked' || data.user_id !== userId) return [];
        const { provider_id, provider, issuer, linked_at } = data as unknown as LinkedIdentity;
        return [{ provider_id: isErased(provider_id) ? '[erased]' : provider_id, provider, issuer, linked_at }];
      }
      return [];
    }),
  );
  return found.flat();
}

export const listProviders = (identity: Identity) =>
  mount(listProvidersRoute, async ({ context }) => ({
    status: 200,
    body: { data: await identitiesOf(identity, ownUser(context)) },
  }));
