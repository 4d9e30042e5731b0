import { passkeyCreationOptionsRoute, passkeyRequestOptionsRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import { credentials } from '../credential/credential.js';
import { addresseeOf } from '../email/address-of.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { creationOptions, requestOptions } from './ceremony.js';
import { issueChallenge } from './challenges.js';
import { passkeysOf } from './passkeys.js';

/** Begins the making of a passkey; those that the person has are not made twice. */
export const beginPasskeyRegistration = (identity: Identity) =>
  mount(passkeyCreationOptionsRoute, async (asking) => {
    const user_id = ownUser(asking.context);
    const { store, pool, relyingParty } = identity;
    const [{ state }, addressee] = await Promise.all([store.load(credentials, user_id), addresseeOf(store, user_id)]);
    const [{ challenge }, known] = await Promise.all([
      issueChallenge(identity, asking, { purpose: 'passkey-registration', user_id }),
      passkeysOf(pool, user_id, state.passkeys),
    ]);
    const person = { user_id, ...(addressee ?? { email: user_id, name: user_id }) };
    return { status: 200, body: creationOptions(relyingParty, challenge, person, known) };
  });

/** Begins a proof with a passkey. Nobody is named, so the answer cannot tell who is known here. */
export const beginPasskeyProof = (identity: Identity) =>
  mount(passkeyRequestOptionsRoute, async (asking) => {
    const { challenge } = await issueChallenge(identity, asking, { purpose: 'passkey-proof', user_id: null });
    return { status: 200, body: requestOptions(identity.relyingParty, challenge, []) };
  });
