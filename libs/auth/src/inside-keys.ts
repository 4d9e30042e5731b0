import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { readFileSync } from 'node:fs';

/** Principal whose key alone may sign contexts of people for HTTP. */
export const gatewayPrincipal = 'gateway';
export const insideAudience = 'annals:inside';
export const contextType = 'ctx+jwt';
export const messageContextType = 'msgctx+jwt';
/** Life of an inside HTTP context, in seconds. */
export const contextLifetime = 60;
/** Difference between the clocks of two of our processes that is forgiven, in seconds. */
export const insideSkew = 5;

/** An Ed25519 key as a JSON Web Key (RFC 8037); `kid` is the principal it belongs to. */
export type PublicJwk = JWK & { kid: string };
export type PrivateJwk = PublicJwk & { d: string };
export interface PublicKeySet {
  keys: readonly PublicJwk[];
}

/** Makes an Ed25519 key pair for a principal (or, for tokens, with any key id). */
export async function generateKey(kid: string): Promise<{ privateJwk: PrivateJwk; publicJwk: PublicJwk }> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const privateJwk = { ...(await exportJWK(pair.privateKey)), kid, alg: 'EdDSA', use: 'sig' } as PrivateJwk;
  return { privateJwk, publicJwk: publicPart(privateJwk) };
}

/** The part of a key that may be shown; built by naming what is public, never by removing what is secret. */
export function publicPart(key: PrivateJwk): PublicJwk {
  return { kty: key.kty, crv: key.crv, x: key.x, kid: key.kid, alg: 'EdDSA', use: 'sig' };
}

/** @throws Error when the key is not an Ed25519 key */
export async function importEdDsa(key: JWK): Promise<CryptoKey> {
  if (key.kty !== 'OKP' || key.crv !== 'Ed25519') throw new Error(`key ${key.kid ?? '?'} is not an Ed25519 key`);
  return (await importJWK({ ...key, alg: 'EdDSA' }, 'EdDSA')) as CryptoKey;
}

/**
 * Reads CONTEXT_SIGNING_KEY: a private JWK as JSON, or the path of a file with one.
 * @throws Error naming what is missing
 */
export function readPrivateKey(setting: string): PrivateJwk {
  const key = readJson(setting, 'CONTEXT_SIGNING_KEY') as Partial<PrivateJwk>;
  if (!key.kid || !key.d || !key.x) throw new Error('CONTEXT_SIGNING_KEY: a private JWK has kid, x and d');
  return key as PrivateJwk;
}

/**
 * Reads CONTEXT_KEYS: a set of public JWKs as JSON, or the path of a file with one.
 * @throws Error naming what is missing
 */
export function readPublicKeys(setting: string): PublicKeySet {
  const set = readJson(setting, 'CONTEXT_KEYS') as Partial<PublicKeySet>;
  if (!Array.isArray(set.keys) || set.keys.length === 0) throw new Error('CONTEXT_KEYS: {"keys": [...]} is empty');
  for (const key of set.keys as Partial<PrivateJwk>[]) {
    if (!key.kid || !key.x) throw new Error('CONTEXT_KEYS: each key has kid and x');
    if (key.d) throw new Error(`CONTEXT_KEYS: ${key.kid} holds a private key`);
  }
  return set as PublicKeySet;
}

function readJson(setting: string, name: string): unknown {
  const inline = setting.trimStart().startsWith('{');
  try {
    return JSON.parse(inline ? setting : readFileSync(setting, 'utf8'));
  } catch (error) {
    // The value itself may be a secret: the message says only where it came from.
    throw new Error(`${name}: ${inline ? 'not JSON' : `cannot read ${setting}`}`, { cause: error });
  }
}
