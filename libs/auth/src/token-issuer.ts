import { randomUUID } from 'node:crypto';
import { SignJWT, type CryptoKey } from 'jose';
import { importEdDsa, type PublicKeySet } from './inside-keys.js';
import { publicKeySetAt, signingKeyAt, type SigningKey } from './signing-keys.js';

/** What an access token says. No personal data: the id, not the e-mail. */
export interface TokenClaims {
  /** User id. */
  sub: string;
  /** Session id. */
  sid: string;
  account_id: string | null;
  /** Authentication methods, as in RFC 8176: `pwd`, `otp`, `hwk`. */
  amr: readonly string[];
  /** When the person last proved who they are, in seconds since the epoch. */
  auth_time?: number;
}

export interface TokenIssuer {
  /** An access token (RFC 9068) and when it ends, in seconds since the epoch. */
  mint(claims: TokenClaims): Promise<{ token: string; expiresAt: number }>;
  /** The public keys that verifiers need now. */
  jwks(): PublicKeySet;
}

export interface TokenIssuerOptions {
  /** The public URL; `iss` of every token. */
  issuer: string;
  /** Read at each call, so that a rotation takes effect without a restart. */
  keys: () => readonly SigningKey[];
  audience?: string;
  /** Seconds; at most, and unless said, 300. */
  lifetime?: number;
  now?: () => number;
}

const longestLifetime = 300;

/** @throws Error when the lifetime is longer than five minutes */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { issuer, keys, audience = 'annals', lifetime = longestLifetime, now = Date.now } = options;
  if (lifetime > longestLifetime) throw new Error(`an access token lives ${longestLifetime} s at most`);
  const imported = new WeakMap<SigningKey, Promise<CryptoKey>>();

  return {
    async mint({ sub, ...claims }) {
      const key = signingKeyAt(keys(), now());
      const issuedAt = Math.floor(now() / 1000);
      const expiresAt = issuedAt + lifetime;
      const token = await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid })
        .setIssuer(issuer)
        .setSubject(sub)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(expiresAt)
        .setJti(randomUUID())
        .sign(await importOnce(key));
      return { token, expiresAt };
    },
    jwks: () => publicKeySetAt(keys(), now()),
  };

  function importOnce(key: SigningKey): Promise<CryptoKey> {
    let known = imported.get(key);
    if (!known) imported.set(key, (known = importEdDsa(key.private_jwk)));
    return known;
  }
}
