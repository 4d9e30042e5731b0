import { generateKey, publicPart, type PrivateJwk, type PublicKeySet } from './inside-keys.js';

/** A key of the token issuer with its place in the rotation. Times are milliseconds since the epoch. */
export interface SigningKey {
  kid: string;
  private_jwk: PrivateJwk;
  /** Published from its making on; signs from here until the next key takes over. */
  signs_from: number;
}

const minute = 60_000;
/**
 * A key is published this long before it signs: twice the age at which verifiers read the keys again, so every verifier
 * knows it before it meets it.
 */
export const publishAhead = 10 * minute;
/** A key stays published this long after its successor took over: life of the last token it signed, plus verifiers' age. */
export const keepAfter = 15 * minute;

/** Makes a key that takes over at `signsFrom`; for the first key of all that is now. */
export async function createSigningKey(kid: string, signsFrom: number): Promise<SigningKey> {
  const { privateJwk } = await generateKey(kid);
  return { kid, private_jwk: privateJwk, signs_from: signsFrom };
}

const byStart = (keys: readonly SigningKey[]) => [...keys].sort((a, b) => a.signs_from - b.signs_from);

/**
 * The key that signs now: the latest whose time has come.
 * @throws Error when there is none yet
 */
export function signingKeyAt(keys: readonly SigningKey[], now: number): SigningKey {
  const key = byStart(keys).findLast((candidate) => candidate.signs_from <= now);
  if (!key) throw new Error('no signing key is active yet');
  return key;
}

/** The keys that verifiers need now: coming, active and recently retired ones. */
export function publishedKeysAt(keys: readonly SigningKey[], now: number): SigningKey[] {
  const sorted = byStart(keys);
  return sorted.filter((_, index) => {
    const successor = sorted[index + 1];
    return !successor || now < successor.signs_from + keepAfter;
  });
}

/** The public document of {@link publishedKeysAt}: what `/.well-known/jwks.json` answers. */
export function publicKeySetAt(keys: readonly SigningKey[], now: number): PublicKeySet {
  return { keys: publishedKeysAt(keys, now).map((key) => publicPart(key.private_jwk)) };
}

/**
 * When the next key must take over, if it is time to make it: `period` after the latest one did.
 * @param period how long a key signs, in milliseconds
 */
export function nextKeyDue(keys: readonly SigningKey[], now: number, period: number): number | null {
  const latest = byStart(keys).at(-1);
  if (!latest) return now;
  const takeover = latest.signs_from + period;
  return now < takeover - publishAhead ? null : Math.max(takeover, now + publishAhead);
}
