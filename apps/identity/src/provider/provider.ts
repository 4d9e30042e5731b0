import type { ProviderEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/**
 * Whose an identity of another issuer is. Its stream is named by the keyed hash of issuer and subject, so its next
 * revision decides; the subject itself is not held here.
 */
export type Provider =
  | { kind: 'free' }
  | { kind: 'linked'; provider_hash: string; user_id: string; issuer: string; provider: string; linked_at: string };

export function evolveProvider(_provider: Provider, event: ProviderEvent): Provider {
  switch (event.type) {
    case 'ProviderLinked': {
      const { provider_hash, user_id, issuer, provider, linked_at } = event.data;
      return { kind: 'linked', provider_hash, user_id, issuer, provider, linked_at };
    }
    case 'ProviderUnlinked':
      return { kind: 'free' };
  }
}

export const providers: Aggregate<Provider> = {
  category: 'provider',
  initial: { kind: 'free' },
  evolve: evolveProvider,
};
