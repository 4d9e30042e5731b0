import { disableTotpRoute, type CredentialEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { credentials, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { lastCodes } from './recovery-code-sets.js';

/** Recovery codes end with the last factor. */
export function disableTotp(credential: Credential, { user_id }: { user_id: string }): CredentialEvent[] {
  if (!credential.totp) return [];
  const { factor_id } = credential.totp;
  return [
    { type: 'TotpDisabled', data: { user_id, factor_id } },
    ...(credential.passkeys.length === 0 ? lastCodes(credential, user_id) : []),
  ];
}

export const disableOwnTotp = (identity: Identity) =>
  mount(disableTotpRoute, async ({ commandId, commandHash, context, now }) => {
    const user_id = ownUser(context);
    const outcome = await identity.store.execute(credentials, user_id, {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...{ context, now },
      decide: (state) => disableTotp(state, { user_id }),
    });
    return written(outcome, () => undefined, 204);
  });
