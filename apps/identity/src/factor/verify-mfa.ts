import { Problem, verifyMfaRoute, type BodyOf } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Asking } from '../asking.js';
import { enterOnRecord } from '../attempt/enter-on-record.js';
import { recordFailedSignIn } from '../attempt/failed-sign-in.js';
import { credentials } from '../credential/credential.js';
import { storedPassword } from '../credential/store-password.js';
import type { Identity } from '../identity.js';
import { signIn } from '../session/sign-in.js';
import { noSoonerThan } from '../user/same-time.js';
import { mayAct, users, type ActingUser } from '../user/user.js';
import { passkeyMethods } from './auth-methods.js';
import { tryChallenge, useChallenge, type Challenge, type PendingSignIn } from './challenges.js';
import { proveCode } from './prove-code.js';
import { provePasskey } from './prove-passkey.js';
import { seedOf } from './totp-seeds.js';
import { proveRecoveryCode } from './use-recovery-code.js';

/** Every refusal takes this long, whatever the reason. */
const refusalAfterMs = 250;

const refused = () => new Problem(401, 'second-factor-refused', 'The second factor is wrong, or it took too long');

/**
 * Completes a sign-in whose password was right. A client that repeats the command whose answer got lost gets the same
 * session.
 * @throws Problem 401 `second-factor-refused`, the same for whatever is wrong
 */
export const verifyMfa = (identity: Identity) =>
  mount(verifyMfaRoute, async ({ body, ...asking }) => {
    const refusalTime = noSoonerThan(refusalAfterMs);
    const challenge = await tryChallenge(identity, asking, 'second-factor', body.challenge);
    const proven = challenge && (await proveSecondFactor(identity, asking, challenge, body));
    if (!proven) {
      await recordFailedSignIn(identity, asking, {
        ...{ step: 'second-factor', reason: challenge ? 'wrong' : 'unknown' },
        ...{ user_id: challenge?.user_id ?? null, wanted: challenge?.sign_in?.account ?? undefined },
      });
      await refusalTime;
      throw refused();
    }
    const { user, sign_in, second } = proven;
    const { account: wanted, device_id, device_name } = sign_in;
    const by = { issuer: null, auth_methods: ['pwd', ...second], authenticated_at: asking.now };
    const account = await enterOnRecord(identity, asking, {
      ...{ step: 'second-factor', user, ...by },
      wanted: wanted ?? undefined,
    });
    return signIn(identity, asking, user, {
      ...{ account, device: { device_id, device_name } },
      auth_methods: by.auth_methods,
    });
  });

interface Proven {
  user: ActingUser;
  sign_in: PendingSignIn;
  /** How the second factor was proven (RFC 8176). */
  second: string[];
}

type VerifyMfa = BodyOf<typeof verifyMfaRoute.definition>;

async function proveSecondFactor(
  identity: Identity,
  asking: Asking,
  challenge: Challenge,
  body: VerifyMfa,
): Promise<Proven | null> {
  const { store, pool } = identity;
  if (!challenge.user_id || !challenge.sign_in) return null;
  const { user_id, sign_in } = challenge;
  const [{ state: user }, password] = await Promise.all([store.load(users, user_id), storedPassword(pool, user_id)]);
  if (!mayAct(user) || password?.revision !== sign_in.password_revision) return null;
  const second = await secondOf(identity, asking, challenge, user_id, body);
  return second && { user, sign_in, second };
}

/** Proves one factor and uses the challenge up with it. */
async function secondOf(
  identity: Identity,
  asking: Asking,
  challenge: Challenge,
  user_id: string,
  body: VerifyMfa,
): Promise<string[] | null> {
  if ('passkey' in body) {
    const passkey = await provePasskey(identity, asking, challenge, body.passkey);
    return passkey && passkeyMethods(passkey);
  }
  const { state: credential } = await identity.store.load(credentials, user_id);
  const once = ['otp', 'mfa'];
  if ('recovery_code' in body) {
    const proven = await proveRecoveryCode(identity, asking, { user_id, credential, code: body.recovery_code });
    return proven && (await useChallenge(identity.pool, challenge, asking)) ? once : null;
  }
  if (challenge.used) return once;
  const seed = credential.totp && (await seedOf(identity, credential.totp.factor_id));
  const proven = await proveCode(identity, asking, { user_id, seed, code: body.code }, (tx) =>
    useChallenge(tx, challenge, asking),
  );
  return proven ? once : null;
}
