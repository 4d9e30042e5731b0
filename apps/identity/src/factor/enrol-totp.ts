import { enrolTotpRoute, Problem } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import { credentials } from '../credential/credential.js';
import { addressOf } from '../email/address-of.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { base32 } from './base32.js';
import { otpauthUri } from './totp.js';
import { makeSeed } from './totp-seeds.js';

/** What an authenticator app calls us. */
const issuer = 'Annals';

/** Gives a seed for an authenticator app. Nothing is decided until its first code comes back. */
export const enrolTotp = (identity: Identity) =>
  mount(enrolTotpRoute, async ({ context, commandId, now }) => {
    const user_id = ownUser(context);
    const { state } = await identity.store.load(credentials, user_id);
    if (state.totp) throw new Problem(409, 'totp-enabled', 'Codes are asked for already; disable that first');
    const factor = await makeSeed(identity, { user_id, factor_id: derivedId(commandId, 'totp') }, now);
    const address = await addressOf(identity.store, user_id);
    return {
      status: 200,
      body: {
        secret: base32(factor.seed),
        otpauth_uri: otpauthUri(factor.seed, issuer, address ?? user_id),
        expires_at: (factor.expires_at ?? new Date(now)).toISOString(),
      },
    };
  });
