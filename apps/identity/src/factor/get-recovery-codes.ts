import { getRecoveryCodesRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import { credentials, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';

/** How many codes are still good; which ones they are is shown only when they are made. */
export const codesLeft = ({ recovery_codes }: Credential) => ({
  left: recovery_codes ? recovery_codes.count - recovery_codes.used.length : 0,
  generated_at: recovery_codes?.generated_at ?? null,
});

export const getRecoveryCodes = ({ store }: Identity) =>
  mount(getRecoveryCodesRoute, async ({ context }) => {
    const { state, revision } = await store.load(credentials, ownUser(context));
    return { status: 200, revision, body: codesLeft(state) };
  });
