import { Problem, type PasskeyAssertion } from '@annals/contracts';
import type { Asking } from '../asking.js';
import { credentials } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { claimedChallenge } from './ceremony.js';
import { tryChallenge } from './challenges.js';
import { proveCode } from './prove-code.js';
import { provePasskey } from './prove-passkey.js';
import { seedOf } from './totp-seeds.js';

export type FactorProof = { code: string } | { passkey: PasskeyAssertion };

/**
 * Proves again who uses a session, with a factor of theirs.
 * @throws Problem 403 `factor-refused`, the same for whatever is wrong
 */
export async function proveOwnFactor(
  identity: Identity,
  asking: Asking,
  userId: string,
  proof: FactorProof,
): Promise<void> {
  const proven =
    'code' in proof
      ? await proveOwnCode(identity, asking, userId, proof.code)
      : await proveOwnPasskey(identity, asking, userId, proof.passkey);
  if (!proven) throw new Problem(403, 'factor-refused', 'The code or the passkey is wrong, or it took too long');
}

async function proveOwnCode(identity: Identity, asking: Asking, user_id: string, code: string): Promise<boolean> {
  const { state } = await identity.store.load(credentials, user_id);
  const seed = state.totp && (await seedOf(identity, state.totp.factor_id));
  return proveCode(identity, asking, { user_id, seed, code }, () => Promise.resolve(true));
}

async function proveOwnPasskey(
  identity: Identity,
  asking: Asking,
  userId: string,
  assertion: PasskeyAssertion,
): Promise<boolean> {
  const challenge = await tryChallenge(identity, asking, 'passkey-proof', claimedChallenge(assertion));
  const passkey = challenge && (await provePasskey(identity, asking, challenge, assertion));
  return passkey?.user_id === userId;
}
