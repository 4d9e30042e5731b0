import { Problem, signInWithPasskeyRoute } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import type { Asking } from '../asking.js';
import { enterOnRecord } from '../attempt/enter-on-record.js';
import { recordFailedSignIn } from '../attempt/failed-sign-in.js';
import { isKnownDevice } from '../device/known-devices.js';
import type { Identity } from '../identity.js';
import { signIn } from '../session/sign-in.js';
import { noSoonerThan } from '../user/same-time.js';
import { mayAct, users } from '../user/user.js';
import { passkeyMethods } from './auth-methods.js';
import { claimedChallenge } from './ceremony.js';
import { tryChallenge } from './challenges.js';
import { passkeyOfCredential } from './passkeys.js';
import { provePasskey } from './prove-passkey.js';

/** Every refusal takes this long, whatever the reason. */
const refusalAfterMs = 250;

const refused = () =>
  new Problem(401, 'passkey-sign-in-refused', 'This passkey opens nothing here, or it took too long');

/**
 * Signs in with a passkey alone: the authenticator checks who holds it, so it is two factors.
 * @throws Problem 401 `passkey-sign-in-refused`, the same for whatever is wrong
 */
export const signInWithPasskey = (identity: Identity) =>
  mount(signInWithPasskeyRoute, async ({ body, ...asking }) => {
    const refusalTime = noSoonerThan(refusalAfterMs);
    const { response, device_name, account: wanted } = body;
    const challenge = await tryChallenge(identity, asking, 'passkey-proof', claimedChallenge(response));
    const passkey = challenge && (await provePasskey(identity, asking, challenge, response));
    const user = passkey && (await identity.store.load(users, passkey.user_id)).state;
    const known = user && mayAct(user) && (user.email_verified || !identity.settings.requireVerifiedEmail);
    if (!passkey || !known) {
      const named = await passkeyOfCredential(identity.pool, response.id);
      const reason = named ? (passkey ? 'not-allowed' : 'wrong') : 'unknown';
      await recordFailedSignIn(identity, asking, { step: 'passkey', reason, user_id: named?.user_id ?? null, wanted });
      await refusalTime;
      throw refused();
    }
    const by = { issuer: null, auth_methods: passkeyMethods(passkey), authenticated_at: asking.now };
    const account = await enterOnRecord(identity, asking, { step: 'passkey', user, ...by, wanted });
    const device_id = await deviceOf(identity, asking, user.user_id, body.device_id);
    return signIn(identity, asking, user, {
      ...{ account, device: { device_id, device_name: device_name ?? null } },
      auth_methods: by.auth_methods,
    });
  });

/** The device named, when the person signed in on it before; else a new one. */
async function deviceOf({ pool }: Identity, { commandId }: Asking, userId: string, named?: string): Promise<string> {
  return named !== undefined && (await isKnownDevice(pool, userId, named)) ? named : derivedId(commandId, 'device');
}
