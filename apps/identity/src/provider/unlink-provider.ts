import { Problem, unlinkProviderRoute, type CredentialEvent, type ProviderEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount, written } from '@annals/service';
import type { Asking } from '../asking.js';
import { credentials, requireAnotherWay, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { revoke } from '../session/revocations.js';
import { providers, type Provider } from './provider.js';

export interface RemoveProviders {
  user_id: string;
  provider_hashes: readonly string[];
}

/**
 * Takes identities from a person's ways to sign in.
 * @throws Problem 404 `provider-not-found`, 409 `last-way-to-sign-in`
 */
export function removeProviders(
  credential: Credential,
  { user_id, provider_hashes }: RemoveProviders,
): CredentialEvent[] {
  const gone = provider_hashes.filter((hash) => credential.providers.includes(hash));
  if (gone.length === 0) throw new Problem(404, 'provider-not-found', 'You have no such identity');
  requireAnotherWay(credential, gone.length);
  return gone.map((provider_hash) => ({ type: 'ProviderRemoved', data: { user_id, provider_hash } }));
}

/** Makes an identity nobody's, where it is this person's. */
export function unlinkIdentity(provider: Provider, user_id: string): ProviderEvent[] {
  if (provider.kind === 'free' || provider.user_id !== user_id) return [];
  return [{ type: 'ProviderUnlinked', data: { provider_hash: provider.provider_hash, user_id } }];
}

/**
 * What has to follow the fact that an identity is no way to sign in any more: it is nobody's, and no gateway lets it in.
 * Doing it again changes nothing.
 */
export async function shutOut(
  { store, pool }: Identity,
  { context, now }: Pick<Asking, 'context' | 'now'>,
  removedEventId: string,
  { user_id, provider_hash }: { user_id: string; provider_hash: string },
): Promise<void> {
  const id = derivedId(removedEventId, 'unlink');
  await store.execute(providers, provider_hash, {
    id,
    context,
    now,
    decide: (state) => unlinkIdentity(state, user_id),
  });
  await revoke(pool, removedEventId, { kind: 'user', key: user_id }, now);
}

/** A person signs in with an identity no more; effective everywhere before the answer. */
export const unlinkProvider = (identity: Identity) =>
  mount(unlinkProviderRoute, async ({ params, ...asking }) => {
    const user_id = ownUser(asking.context);
    const provider_hashes = await hashesOf(identity, user_id, params.provider_id);
    const outcome = await identity.store.execute(credentials, user_id, {
      id: asking.commandId,
      ...(asking.commandHash === undefined ? {} : { hash: asking.commandHash }),
      ...{ context: asking.context, now: asking.now },
      decide: (state) => removeProviders(state, { user_id, provider_hashes }),
    });
    for (const { id, data } of outcome.events) {
      await shutOut(identity, asking, id, { user_id, provider_hash: String(data.provider_hash) });
    }
    return { ...written(outcome, () => undefined, 204), revision: null };
  });

/** The person's identities that go by this id: more than one where two issuers name the same identity alike. */
async function hashesOf({ store, secrets }: Identity, userId: string, providerId: string): Promise<string[]> {
  const { state } = await store.load(credentials, userId);
  const linked = await Promise.all(state.providers.map((hash) => store.load(providers, hash)));
  return linked.flatMap(({ state: provider }) => {
    if (provider.kind === 'free') return [];
    const prefix = `${provider.provider}|`;
    // The id holds the subject, with the short name before it where the subject has no provider of its own.
    const subjects = [providerId, ...(providerId.startsWith(prefix) ? [providerId.slice(prefix.length)] : [])];
    const isIt = subjects.some((subject) => secrets.providerHash(provider.issuer, subject) === provider.provider_hash);
    return isIt ? [provider.provider_hash] : [];
  });
}
