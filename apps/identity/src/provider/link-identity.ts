import {
  Problem,
  type CredentialEvent,
  type EventOf,
  type ProviderEvent,
  type ProviderLinked,
} from '@annals/contracts';
import { derivedId, type Outcome } from '@annals/event-store';
import type { Asking } from '../asking.js';
import { credentials, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { providers, type Provider } from './provider.js';

export type LinkIdentity = EventOf<typeof ProviderLinked>['data'];

/**
 * Gives an identity that is nobody's to a person.
 * @throws Problem 409 `provider-linked-elsewhere`
 */
export function linkIdentity(provider: Provider, command: LinkIdentity): ProviderEvent[] {
  if (provider.kind === 'free') return [{ type: 'ProviderLinked', data: command }];
  if (provider.user_id === command.user_id) return [];
  throw new Problem(409, 'provider-linked-elsewhere', 'This identity belongs to somebody else here');
}

/** Counts an identity among a person's ways to sign in. */
export function addProvider(
  credential: Credential,
  fact: { user_id: string; provider_hash: string },
): CredentialEvent[] {
  const { user_id, provider_hash } = fact;
  if (credential.providers.includes(provider_hash)) return [];
  return [{ type: 'ProviderAdded', data: { user_id, provider_hash } }];
}

/**
 * Executes {@link linkIdentity}, then counts it as a way to sign in. It counts later than it works, so that no other way
 * is given up for one that is not there; a crash in between is made good by a reactor.
 */
export async function link(identity: Identity, asking: Asking, command: LinkIdentity): Promise<Outcome<Provider>> {
  const { commandId, commandHash, context, now } = asking;
  const outcome = await identity.store.execute(providers, command.provider_hash, {
    id: commandId,
    ...(commandHash === undefined ? {} : { hash: commandHash }),
    context,
    now,
    decide: (state) => linkIdentity(state, command),
  });
  for (const { id } of outcome.events) await countAsWay(identity, asking, id, command);
  return outcome;
}

/** What has to follow the fact that an identity was linked. The command is the fact's own, so it is done once for each. */
export async function countAsWay(
  { store }: Identity,
  { context, now }: Asking,
  linkedEventId: string,
  fact: { user_id: string; provider_hash: string },
): Promise<void> {
  const id = derivedId(linkedEventId, 'counts as a way to sign in');
  const decide = (state: Credential) => addProvider(state, fact);
  await store.execute(credentials, fact.user_id, { id, context, now, decide });
}
