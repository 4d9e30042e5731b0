import { addPasskeyRoute, Problem, type CredentialEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { withTransaction } from '@annals/postgres';
import { mount, written } from '@annals/service';
import { credentials, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { claimedChallenge, verifyRegistration } from './ceremony.js';
import { tryChallenge, useChallenge } from './challenges.js';
import { keepPasskey } from './passkeys.js';
import { makeCodes } from './recovery-codes.js';
import { firstCodes, newCodesOf } from './recovery-code-sets.js';

/** More than anybody has devices. */
const maxPasskeys = 20;

export interface AddPasskey {
  user_id: string;
  passkey_id: string;
  name: string;
  /** The recovery codes that come with the first factor. */
  set_id: string;
  now: string;
}

/** @throws Problem 409 `too-many-passkeys` */
export function addPasskey(credential: Credential, command: AddPasskey): CredentialEvent[] {
  const { user_id, passkey_id, name } = command;
  if (credential.passkeys.length >= maxPasskeys) {
    throw new Problem(409, 'too-many-passkeys', `A person has at most ${maxPasskeys} passkeys; remove one first`);
  }
  return [{ type: 'PasskeyAdded', data: { user_id, passkey_id, name } }, ...firstCodes(credential, command)];
}

const refused = () =>
  new Problem(400, 'passkey-refused', 'This is not the passkey that was asked for, or it took too long');

/**
 * Adds a passkey. Its key is kept before the fact says that it counts: each passkey of a person can be verified.
 * @throws Problem 400 `passkey-refused`, 409 `passkey-known`
 */
export const addOwnPasskey = (identity: Identity) =>
  mount(addPasskeyRoute, async ({ body, ...asking }) => {
    const { commandId, commandHash, context, now } = asking;
    const user_id = ownUser(context);
    const challenge = await tryChallenge(identity, asking, 'passkey-registration', claimedChallenge(body.response));
    if (challenge?.user_id !== user_id) throw refused();
    const made = await verifyRegistration(identity.relyingParty, challenge.text, body.response);
    if (!made) throw refused();
    const passkey = { ...made, passkey_id: derivedId(commandId, 'passkey'), user_id, name: body.name };
    const kept = await withTransaction(identity.pool, async (tx) => {
      if (!(await useChallenge(tx, challenge, asking))) throw refused();
      return keepPasskey(tx, passkey, now);
    });
    if (!kept) throw new Problem(409, 'passkey-known', 'This passkey is somebody’s already');
    const codes = await makeCodes(identity, { user_id, set_id: derivedId(commandId, 'recovery-codes') }, now);
    const outcome = await identity.store.execute(credentials, user_id, {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...{ context, now },
      decide: (state) => addPasskey(state, { ...passkey, set_id: derivedId(commandId, 'recovery-codes'), now }),
    });
    const { passkey_id: id, name, synced } = passkey;
    return written(
      outcome,
      () => ({
        ...{ id, name, synced, created_at: outcome.events[0]!.metadata.occurred_at, last_used_at: null },
        recovery_codes: newCodesOf(outcome, codes),
      }),
      201,
    );
  });
