import { providerIdOf } from '@annals/auth';
import { linkProviderRoute, Problem } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { credentials } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { shownIdentity } from './brought-token.js';
import { link } from './link-identity.js';

/** Identities of one person. */
const mostProviders = 10;

/** Somebody who is signed in shows a token of another issuer, and signs in with that identity from now on. */
export const linkProvider = (identity: Identity) =>
  mount(linkProviderRoute, async ({ body, ...asking }) => {
    const { store, secrets } = identity;
    const user_id = ownUser(asking.context);
    const { issuer, subject } = await shownIdentity(identity, asking.commandId, body.token, asking.now);
    const provider_hash = secrets.providerHash(issuer.issuer, subject);
    const { state: known } = await store.load(credentials, user_id);
    if (known.providers.length >= mostProviders && !known.providers.includes(provider_hash)) {
      throw new Problem(409, 'too-many-providers', `Nobody needs more than ${mostProviders} identities`);
    }
    const provider_id = providerIdOf(issuer, subject);
    const shown = { provider_id, provider: issuer.provider, issuer: issuer.issuer };
    const outcome = await link(identity, asking, {
      ...{ provider_hash, user_id, ...shown },
      ...{ reason: 'linked' as const, linked_at: asking.now },
    });
    const { state } = outcome;
    const isCounted = async () => (await store.load(credentials, user_id)).state.providers.includes(provider_hash);
    if (state.kind !== 'linked' || (outcome.kind === 'unchanged' && !(await isCounted()))) {
      // An unlinking that a crash broke off is being finished: saying yes now would be taken back a moment later.
      throw new Problem(409, 'provider-unsettled', 'An earlier change of this identity is being finished; try again', {
        headers: { 'retry-after': '1' },
      });
    }
    return { ...written(outcome, () => ({ ...shown, linked_at: state.linked_at }), 201), revision: null };
  });
