import type { EventOf, ProviderEvent, ProviderLinked } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/**
 * Whose an identity of another issuer is. Its stream is named by the keyed hash of issuer and subject, so its next
 * revision decides; the subject itself is not held here.
 */
export type Provider =
  { kind: 'free' } | ({ kind: 'linked' } & Omit<EventOf<typeof ProviderLinked>['data'], 'provider_id'>);

export function evolveProvider(_provider: Provider, event: ProviderEvent): Provider {
  switch (event.type) {
    case 'ProviderLinked': {
      const { provider_id: _, ...linked } = event.data;
      return { kind: 'linked', ...linked };
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
