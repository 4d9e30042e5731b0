import { generateRecoveryCodesRoute, Problem, type CredentialEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount, written } from '@annals/service';
import { credentials, hasSecondFactor, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { newCodes } from './recovery-code-sets.js';
import { codesLeft } from './get-recovery-codes.js';
import { makeCodes } from './recovery-codes.js';

export interface GenerateRecoveryCodes {
  user_id: string;
  set_id: string;
  now: string;
}

/** @throws Problem 409 `no-second-factor`: codes stand in for a factor, they are none */
export function generateRecoveryCodes(credential: Credential, command: GenerateRecoveryCodes): CredentialEvent[] {
  if (!hasSecondFactor(credential)) {
    throw new Problem(409, 'no-second-factor', 'Add an authenticator app or a passkey first');
  }
  return newCodes(credential, command);
}

export const generateOwnRecoveryCodes = (identity: Identity) =>
  mount(generateRecoveryCodesRoute, async ({ commandId, commandHash, context, now }) => {
    const user_id = ownUser(context);
    const set_id = derivedId(commandId, 'recovery-codes');
    const recovery_codes = await makeCodes(identity, { user_id, set_id }, now);
    const outcome = await identity.store.execute(credentials, user_id, {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...{ context, now },
      decide: (state) => generateRecoveryCodes(state, { user_id, set_id, now }),
    });
    return written(outcome, (state) => ({ ...codesLeft(state), recovery_codes }));
  });
