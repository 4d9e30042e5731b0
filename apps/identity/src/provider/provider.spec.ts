import { deciderSpec } from '@annals/testing';
import { credentials } from '../credential/credential.js';
import { addProvider, linkIdentity, type LinkIdentity } from './link-identity.js';
import { providers } from './provider.js';
import { removeProviders, unlinkIdentity, type RemoveProviders } from './unlink-provider.js';

const ada = '018f0000-0000-7000-8000-0000000000a1';
const bob = '018f0000-0000-7000-8000-0000000000b2';
const provider_hash = 'e'.repeat(32);
const identityOf = (user_id: string): LinkIdentity => ({
  ...{ provider_hash, user_id, issuer: 'https://them.test/', provider: 'them', provider_id: 'auth0|1' },
  ...{ reason: 'linked', linked_at: '2026-03-01T12:00:00.000Z' },
});
const linked = (user_id: string) => ({ type: 'ProviderLinked', data: identityOf(user_id) });
const unlinked = (user_id: string) => ({ type: 'ProviderUnlinked', data: { provider_hash, user_id } });

describe('linking an identity', () => {
  const { given } = deciderSpec({
    ...providers,
    decide: (command: LinkIdentity, state) => linkIdentity(state, command),
  });

  it('gives it to who comes first', () =>
    given([])
      .when(identityOf(ada))
      .then([linked(ada)]));
  it('twice is once', () =>
    given([linked(ada)])
      .when(identityOf(ada))
      .thenNothing());
  it('takes it from nobody', () =>
    given([linked(ada)])
      .when(identityOf(bob))
      .thenRefuses('provider-linked-elsewhere'));
  it('gives it to another one when it is nobody’s again', () =>
    given([linked(ada), unlinked(ada)])
      .when(identityOf(bob))
      .then([linked(bob)]));
});

describe('unlinking an identity', () => {
  const { given } = deciderSpec({ ...providers, decide: (user_id: string, state) => unlinkIdentity(state, user_id) });

  it('makes it nobody’s', () =>
    given([linked(ada)])
      .when(ada)
      .then([unlinked(ada)]));
  it('never touches what is somebody else’s by now', () =>
    given([linked(ada), unlinked(ada), linked(bob)])
      .when(ada)
      .thenNothing());
  it('finds nothing to do when it is nobody’s', () => given([]).when(ada).thenNothing());
});

describe('the ways to sign in', () => {
  const other = 'f'.repeat(32);
  const added = (hash: string) => ({ type: 'ProviderAdded', data: { user_id: ada, provider_hash: hash } });
  const removed = (hash: string) => ({ type: 'ProviderRemoved', data: { user_id: ada, provider_hash: hash } });
  const password = { type: 'PasswordSet', data: { user_id: ada, reason: 'registration' } };
  const removing = (...provider_hashes: string[]): RemoveProviders => ({ user_id: ada, provider_hashes });
  const { given } = deciderSpec({
    ...credentials,
    decide: (command: RemoveProviders, state) => removeProviders(state, command),
  });
  const adding = deciderSpec({
    ...credentials,
    decide: (hash: string, state) => addProvider(state, { user_id: ada, provider_hash: hash }),
  });

  it('grow by an identity, once', () => {
    adding
      .given([])
      .when(provider_hash)
      .then([added(provider_hash)]);
    adding
      .given([added(provider_hash)])
      .when(provider_hash)
      .thenNothing();
  });
  it('lose an identity beside a password', () =>
    given([password, added(provider_hash)])
      .when(removing(provider_hash))
      .then([removed(provider_hash)]));
  it('lose one of two identities', () =>
    given([added(provider_hash), added(other)])
      .when(removing(other))
      .then([removed(other)]));
  it('keep the last one', () =>
    given([added(provider_hash)])
      .when(removing(provider_hash))
      .thenRefuses('last-way-to-sign-in'));
  it('keep the last two when both would go', () =>
    given([added(provider_hash), added(other)])
      .when(removing(provider_hash, other))
      .thenRefuses('last-way-to-sign-in'));
  it('lose nothing that is not among them', () =>
    given([password, added(provider_hash), removed(provider_hash)])
      .when(removing(provider_hash))
      .thenRefuses('provider-not-found'));
});
