import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn, erasureOf } from '@annals/service';
import type { Identity } from '../identity.js';
import { countAsWay } from '../provider/link-identity.js';
import { shutOut } from '../provider/unlink-provider.js';

interface Fact {
  user_id: string;
  provider_hash: string;
}

/** Completes what links and unlinks identities of other issuers, for the case that the command fell between two facts. */
export const keepProviders = (identity: Identity): Reactor => ({
  name: 'keep-providers',
  categories: ['provider', 'credential'],
  on: {
    async ProviderLinked(event) {
      const fact = event.data as unknown as Fact;
      const isGone = (await erasureOf(identity.store, { account_id: null, user_id: fact.user_id })) !== null;
      // Linked while its person was being erased: a way in that nobody counted must not stay nobody's to give back.
      if (isGone) await shutOut(identity, actingFor(event), event.id, fact);
      else await countAsWay(identity, actingFor(event), event.id, fact);
    },
    ProviderRemoved: (event) => shutOut(identity, actingFor(event), event.id, event.data as unknown as Fact),
  },
});

const actingFor = (event: StoredEvent) => actingOn(event, 'svc:identity', String(event.data.user_id));
