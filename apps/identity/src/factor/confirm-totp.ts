import { confirmTotpRoute, Problem, type CredentialEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount, written } from '@annals/service';
import { credentials, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { firstCodes, newCodesOf } from './recovery-code-sets.js';
import { proveCode } from './prove-code.js';
import { makeCodes } from './recovery-codes.js';
import { keepSeed, seedToConfirm } from './totp-seeds.js';

export interface EnableTotp {
  user_id: string;
  factor_id: string;
  /** The recovery codes that come with the first factor. */
  set_id: string;
  now: string;
}

/** @throws Problem 409 `totp-enabled-meanwhile` */
export function enableTotp(credential: Credential, command: EnableTotp): CredentialEvent[] {
  const { user_id, factor_id, now } = command;
  if (credential.totp) throw new Problem(409, 'totp-enabled-meanwhile', 'Codes of another secret are asked for by now');
  return [{ type: 'TotpEnabled', data: { user_id, factor_id, enabled_at: now } }, ...firstCodes(credential, command)];
}

/**
 * Asks for codes from now on. The seed is kept before the fact says so: whoever is asked for codes can give them.
 * @throws Problem 409 `totp-not-begun` without a seed that waits, 403 `code-refused`
 */
export const confirmTotp = (identity: Identity) =>
  mount(confirmTotpRoute, async ({ body, ...asking }) => {
    const { commandId, commandHash, context, now } = asking;
    const user_id = ownUser(context);
    const seed = await seedToConfirm(identity, user_id, asking);
    if (!seed) throw new Problem(409, 'totp-not-begun', 'Ask for a secret first; it can be confirmed for ten minutes');
    const { factor_id } = seed;
    const kept =
      seed.expires_at === null ||
      (await proveCode(identity, asking, { user_id, seed, code: body.code }, (tx) =>
        keepSeed(tx, factor_id, commandId),
      ));
    if (!kept) throw new Problem(403, 'code-refused', 'The code is wrong, used already, or codes were wrong too often');
    const set_id = derivedId(commandId, 'recovery-codes');
    const codes = await makeCodes(identity, { user_id, set_id }, now);
    const outcome = await identity.store.execute(credentials, user_id, {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...{ context, now },
      decide: (state) => enableTotp(state, { user_id, factor_id, set_id, now }),
    });
    return written(outcome, ({ totp }) => ({
      ...{ enabled: totp !== null, enabled_at: totp?.enabled_at ?? null },
      recovery_codes: newCodesOf(outcome, codes),
    }));
  });
