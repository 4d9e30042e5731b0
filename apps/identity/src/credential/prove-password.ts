import type { Asking } from '../asking.js';
import { emails } from '../email/email.js';
import type { Identity } from '../identity.js';
import { mayAct, users, type ActingUser } from '../user/user.js';
import { lockedUntil } from './attempts.js';
import { clearFailures, countFailure, failureKey, failuresOf } from './failures.js';
import { passwordHashOf } from './store-password.js';
import { noteFailures } from './throttle-sign-in.js';

/** Stands in for the person of an address that nobody has, so that the same work is done. */
const nobody = '00000000-0000-0000-0000-000000000000';

export interface Proof {
  email: string;
  password: string;
  device_id?: string | undefined;
}

export interface Proven {
  user: ActingUser;
  /** The device, when the person signed in on it before. */
  knownDevice: string | null;
}

/**
 * Who signs in, or null: for an unknown address, a wrong password, a locked row of failures, a disabled person and,
 * where that is asked for, an unproven address. All of these do the same reads, one hash and one write.
 * Called inside the hasher's `admit`.
 */
export async function provePassword(identity: Identity, asking: Asking, proof: Proof): Promise<Proven | null> {
  const { store, pool, secrets, hasher, settings } = identity;
  const emailHash = secrets.emailHash(proof.email);
  const { state: claim } = await store.load(emails, emailHash);
  const userId = claim.kind === 'claimed' ? claim.user_id : nobody;
  const [{ state: user }, passwordHash, knownDevice] = await Promise.all([
    store.load(users, userId),
    passwordHashOf(pool, userId),
    knownDeviceOf(identity, userId, proof.device_id),
  ]);
  const key = failureKey(emailHash, knownDevice);
  const until = lockedUntil(await failuresOf(pool, key), settings.maxLoginAttempts);
  const locked = until !== null && until.getTime() > Date.parse(asking.now);
  const acting = mayAct(user) && (user.email_verified || !settings.requireVerifiedEmail) ? user : null;
  const right = await hasher.verify(locked || !acting ? null : passwordHash, proof.password);
  if (acting && right) {
    await clearFailures(pool, key);
    return { user: acting, knownDevice };
  }
  const count = await countFailure(pool, key, asking.now, !locked);
  if (userId !== nobody && !locked) await noteFailures(identity, asking, { user_id: userId, ...count });
  return null;
}

async function knownDeviceOf({ pool }: Identity, userId: string, deviceId: string | undefined): Promise<string | null> {
  const { rows } = await pool.query<{ device_id: string }>(
    'select device_id from known_devices where user_id = $1 and device_id = $2',
    [userId, deviceId ?? nobody],
  );
  return rows[0]?.device_id ?? null;
}
