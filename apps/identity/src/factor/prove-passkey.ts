import type { CredentialEvent, PasskeyAssertion } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { withTransaction } from '@annals/postgres';
import type { Asking } from '../asking.js';
import { credentials, type Credential } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { lockChallenge, useChallenge, type Challenge } from './challenges.js';
import { userHandle, verifyAssertion } from './ceremony.js';
import { advanceCount, passkeyOfCredential, type StoredPasskey } from './passkeys.js';

export interface RegressSignCount {
  user_id: string;
  passkey_id: string;
  known_count: number;
  received_count: number;
}

/** Of a passkey that the person does not have any more there is nothing to tell. */
export function regressSignCount({ passkeys }: Credential, command: RegressSignCount): CredentialEvent[] {
  return passkeys.includes(command.passkey_id) ? [{ type: 'SignCountRegressed', data: command }] : [];
}

/**
 * The passkey that answered a challenge, or null: for an unknown passkey, one that its person removed, another person's
 * than the challenge was given to, and whatever is wrong with the answer. The challenge is used up by it.
 */
export async function provePasskey(
  identity: Identity,
  asking: Asking,
  challenge: Challenge,
  assertion: PasskeyAssertion,
): Promise<StoredPasskey | null> {
  const passkey = await passkeyOfCredential(identity.pool, assertion.id);
  if (!passkey || !isOf(passkey, challenge, assertion)) return null;
  const { state } = await identity.store.load(credentials, passkey.user_id);
  if (!state.passkeys.includes(passkey.passkey_id)) return null;
  const verified = await verifyAssertion(identity.relyingParty, challenge.text, passkey, assertion);
  if (!verified) return null;
  if (challenge.used) return passkey;
  const counted = await withTransaction(identity.pool, async (tx) => {
    if (!(await lockChallenge(tx, challenge))) return 'used-meanwhile';
    if (!(await advanceCount(tx, passkey.passkey_id, verified.count, asking.now))) return 'regressed';
    await useChallenge(tx, challenge, asking);
    return 'advanced';
  });
  if (counted === 'regressed') await tellRegress(identity, asking, challenge, passkey, verified.count);
  return counted === 'advanced' ? passkey : null;
}

/** Whose passkey it is: the one the challenge was given to or, where nobody was known, the one the authenticator names. */
function isOf({ user_id }: StoredPasskey, challenge: Challenge, { response }: PasskeyAssertion): boolean {
  const handle = response.userHandle ?? null;
  if (handle !== null && handle !== userHandle(user_id)) return false;
  return challenge.user_id === null ? handle !== null : challenge.user_id === user_id;
}

/** The fact comes before the challenge is used up: after a crash in between, the same answer would tell it again, once. */
async function tellRegress(
  identity: Identity,
  asking: Asking,
  challenge: Challenge,
  { user_id, passkey_id, sign_count: known_count }: StoredPasskey,
  received_count: number,
): Promise<void> {
  const { store, pool } = identity;
  await store.execute(credentials, user_id, {
    id: derivedId(passkey_id, `regressed ${challenge.id}`),
    ...{ context: asking.context, now: asking.now, accountId: null },
    decide: (state) => regressSignCount(state, { user_id, passkey_id, known_count, received_count }),
  });
  await useChallenge(pool, challenge, asking);
}
