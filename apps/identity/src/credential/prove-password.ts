import { Problem, type SignInFailure } from '@annals/contracts';
import type { Asking } from '../asking.js';
import { recordFailedSignIn } from '../attempt/failed-sign-in.js';
import type { Identity } from '../identity.js';
import { sessions } from '../session/session.js';
import { nobody, personOfAddress, type PersonOfAddress } from '../user/person-of-address.js';
import { isKnown, mayAct, users, type ActingUser } from '../user/user.js';
import { lockedUntil } from './attempts.js';
import { clearFailures, countFailure, failureKey, failuresOf } from './failures.js';
import { storedPassword, storeStrongerHash, type StoredPassword } from './store-password.js';
import { noteFailures } from './throttle-sign-in.js';

export interface Proof {
  email: string;
  password: string;
  device_id?: string | undefined;
  /** The account asked for, by id or slug: in its log a failure stands, if the person is a member. */
  account?: string | undefined;
}

export interface Proven {
  user: ActingUser;
  /** The device, when the person signed in on it before. */
  knownDevice: string | null;
  /** Of the password that was proven. */
  password_revision: number;
}

/**
 * Who signs in, or null: for an unknown address, a wrong password, a locked row of failures, a disabled person and,
 * where that is asked for, an unproven address. All of these do the same reads, one hash and the same writes; the last
 * of them is the entry in the log, for which no hashing waits.
 * @throws Problem 503 `sign-in-busy`
 */
export async function provePassword(identity: Identity, asking: Asking, proof: Proof): Promise<Proven | null> {
  const { person, tried } = await identity.hasher.admit(async () => {
    const person = await personOfAddress(identity, proof.email);
    return { person, tried: await tryPassword(identity, asking, person, proof.device_id, proof.password) };
  });
  if (!('refused' in tried)) return tried;
  await recordFailedSignIn(identity, asking, {
    ...{ step: 'password', reason: tried.refused, wanted: proof.account },
    user_id: person.user_id === nobody ? null : person.user_id,
    address_hash: person.email_hash,
  });
  return null;
}

/**
 * Proves again who uses a session. Counted like a sign-in on the session's device.
 * @throws Problem 403 `proof-refused`, also while the password is locked; 503 `sign-in-busy`
 */
export async function proveOwnPassword(
  identity: Identity,
  asking: Asking,
  { user_id, session_id }: { user_id: string; session_id: string },
  password: string,
): Promise<Proven> {
  const { store, hasher } = identity;
  const proven = await hasher.admit(async () => {
    const [{ state: user }, { state: session }] = await Promise.all([
      store.load(users, user_id),
      store.load(sessions, session_id),
    ]);
    if (!isKnown(user)) return null;
    const deviceId = session.kind === 'active' && session.user_id === user_id ? session.device_id : undefined;
    return tryPassword(identity, asking, { user_id, user, email_hash: user.email_hash }, deviceId, password);
  });
  if (!proven || 'refused' in proven)
    throw new Problem(403, 'proof-refused', 'The password is wrong, or was wrong too often');
  return proven;
}

/** Why a password did not count; nobody who tries is told. */
interface Refused {
  refused: SignInFailure;
}

async function tryPassword(
  identity: Identity,
  asking: Asking,
  { user_id, user, email_hash }: PersonOfAddress,
  deviceId: string | undefined,
  password: string,
): Promise<Proven | Refused> {
  const { pool, hasher, settings } = identity;
  const [stored, knownDevice] = await Promise.all([
    storedPassword(pool, user_id),
    knownDeviceOf(identity, user_id, deviceId),
  ]);
  const key = failureKey(email_hash, knownDevice);
  const until = lockedUntil(await failuresOf(pool, key), settings.maxLoginAttempts);
  const locked = until !== null && until.getTime() > Date.parse(asking.now);
  const acting = mayAct(user) && (user.email_verified || !settings.requireVerifiedEmail) ? user : null;
  const right = await hasher.verify(locked || !acting ? null : (stored?.password_hash ?? null), password);
  if (acting && stored && right) {
    await clearFailures(pool, key);
    await keepStrong(identity, user_id, stored, password);
    return { user: acting, knownDevice, password_revision: stored.revision };
  }
  const count = await countFailure(pool, key, asking.now, !locked);
  if (user_id !== nobody && !locked) await noteFailures(identity, asking, { user_id, ...count });
  if (user_id === nobody) return { refused: 'unknown' };
  if (locked) return { refused: 'locked' };
  return { refused: acting ? 'wrong' : 'not-allowed' };
}

/** The moment of a right password is the only one at which a hash of older, weaker parameters can be renewed. */
async function keepStrong(
  { pool, hasher }: Identity,
  userId: string,
  { password_hash }: StoredPassword,
  password: string,
): Promise<void> {
  if (!hasher.isWeak(password_hash)) return;
  await storeStrongerHash(pool, userId, password_hash, await hasher.hash(password));
}

async function knownDeviceOf({ pool }: Identity, userId: string, deviceId: string | undefined): Promise<string | null> {
  const { rows } = await pool.query<{ device_id: string }>(
    'select device_id from known_devices where user_id = $1 and device_id = $2',
    [userId, deviceId ?? nobody],
  );
  return rows[0]?.device_id ?? null;
}
