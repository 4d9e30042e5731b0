import { Problem, removePasskeyRoute, type CredentialEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { credentials, requireAnotherWay, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { lastCodes } from './recovery-code-sets.js';

export interface RemovePasskey {
  user_id: string;
  passkey_id: string;
}

/** @throws Problem 404 `passkey-not-found`, 409 `last-way-to-sign-in` */
export function removePasskey(credential: Credential, command: RemovePasskey): CredentialEvent[] {
  if (!credential.passkeys.includes(command.passkey_id)) {
    throw new Problem(404, 'passkey-not-found', 'There is no such passkey');
  }
  requireAnotherWay(credential, 1);
  const last = credential.passkeys.length === 1 && !credential.totp;
  return [{ type: 'PasskeyRemoved', data: command }, ...(last ? lastCodes(credential, command.user_id) : [])];
}

export const removeOwnPasskey = (identity: Identity) =>
  mount(removePasskeyRoute, async ({ params, commandId, commandHash, context, now }) => {
    const user_id = ownUser(context);
    const outcome = await identity.store.execute(credentials, user_id, {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...{ context, now },
      decide: (state) => removePasskey(state, { user_id, passkey_id: params.id }),
    });
    return written(outcome, () => undefined, 204);
  });
