import type { CredentialEvent } from '@annals/contracts';
import { erasingAs } from '@annals/service';
import { credentials, type Credential } from '../credential/credential.js';
import { lastCodes } from '../factor/recovery-code-sets.js';
import { shutOut } from '../provider/unlink-provider.js';
import type { Removal } from './parts.js';

/** Every way to sign in and every second factor, also the last one. The password goes with its hash, of which no fact tells. */
export function removeFactors(credential: Credential, user_id: string): CredentialEvent[] {
  const { totp, passkeys, providers } = credential;
  return [
    ...(totp ? [{ type: 'TotpDisabled' as const, data: { user_id, factor_id: totp.factor_id } }] : []),
    ...lastCodes(credential, user_id),
    ...passkeys.map((passkey_id) => ({ type: 'PasskeyRemoved' as const, data: { user_id, passkey_id } })),
    ...providers.map((provider_hash) => ({
      type: 'ProviderRemoved' as const,
      data: { user_id, provider_hash },
    })),
  ];
}

/**
 * Removes what a person signs in with. Identities of other issuers are nobody's from then on; one that was made at the
 * provider for them is deleted there first, so that nothing is forgotten here that still stands there.
 */
export const removeWaysIn: Removal = async ({ identity, idp }, erasure) => {
  const { user_id } = erasure.holder;
  await idp?.deleteUser(idp.subjectOf(user_id));
  const { commandId: id, context, now } = erasingAs(erasure, 'remove ways in');
  const { events, kind } = await identity.store.execute(credentials, user_id, {
    ...{ id, context, now },
    decide: (state) => removeFactors(state, user_id),
  });
  for (const { id: removed, type, data } of events) {
    if (type !== 'ProviderRemoved') continue;
    await shutOut(identity, { context, now }, removed, { user_id, provider_hash: String(data.provider_hash) });
  }
  return kind === 'appended' ? events.length : 0;
};
