import { Problem } from '@annals/contracts';
import { withTransaction, type Tx } from '@annals/postgres';
import { rememberDevice } from '../device/known-devices.js';
import type { Identity } from '../identity.js';
import { rememberPlace } from '../place/sign-in-places.js';
import type { Origin } from '../place/origin.js';
import type { Secrets } from '../secrets.js';
import { makeRefreshToken, refreshTokenHash } from '../token/refresh-token.js';
import { aboveFloors, lockSignIns } from './floors.js';
import { openToken, sealToken, tokensOf } from './session-tokens.js';

/** A session that has just begun. */
export interface Begun {
  session_id: string;
  user_id: string;
  device_id: string;
  auth_methods: readonly string[];
  /** Of somebody with more than ordinary rights: it may be idle for less long. */
  elevated: boolean;
  /** Where its person goes on working when a refresh names no account; null when it has to be looked for. */
  signed_in_to: string | null;
  expires_at: string;
  origin: Origin;
  now: string;
}

/**
 * Starts the refresh family of a session, and remembers the device and the place of the sign-in. Repeating it keeps the
 * family that is there.
 * @returns the present refresh token
 * @throws Problem 409 `sign-in-overtaken` when all sessions of the person, or of the device, were ended meanwhile
 */
export async function startFamily({ pool, secrets }: Identity, begun: Begun): Promise<string> {
  const { session_id, user_id, device_id, origin, now } = begun;
  const family = await withTransaction(pool, async (tx) => {
    const [, , present] = await Promise.all([
      lockSignIns(tx, user_id, 'starting'),
      insertFamily(tx, secrets, begun),
      tokensOf(tx, session_id),
    ]);
    if (!present) {
      throw new Problem(
        409,
        'sign-in-overtaken',
        'Sessions were ended while this sign-in was under way; sign in again',
      );
    }
    await Promise.all([rememberDevice(tx, user_id, device_id, now), rememberPlace(tx, user_id, origin.place, now)]);
    return present;
  });
  return openToken(secrets, family);
}

async function insertFamily(tx: Tx, secrets: Secrets, begun: Begun): Promise<void> {
  const { session_id, user_id, device_id, auth_methods, elevated, signed_in_to, expires_at, now } = begun;
  const { network, place } = begun.origin;
  const first = makeRefreshToken(secrets.refreshKey, { session_id, generation: 0 });
  await tx.query(
    `insert into session_tokens (session_id, user_id, device_id, generation, token_hash, sealed_token, auth_methods, elevated,
       signed_in_to, rotated_at, last_activity_at, authenticated_at, started_at, expires_at, rotated_from,
       last_network, last_country, last_region)
     select $1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $9, $9, $9, $10, $11, $11, $12, $13
     where ${aboveFloors('$2', '$3', '$9')} on conflict do nothing`,
    [
      ...[
        session_id,
        user_id,
        device_id,
        refreshTokenHash(first),
        sealToken(secrets, session_id, first),
        auth_methods,
        elevated,
      ],
      ...[signed_in_to, now, expires_at, network, place?.country ?? null, place?.region ?? null],
    ],
  );
}
