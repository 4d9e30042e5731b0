import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * A key that signs notes: an Ed25519 JWK with its private part, as JSON or as the path of a file with it.
 * @throws Error when it is none
 */
export function readSigningKey(text: string): KeyObject {
  const json = text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8');
  const jwk = JSON.parse(json) as JsonWebKey;
  if (jwk.crv !== 'Ed25519' || typeof jwk.d !== 'string') throw new Error('is an Ed25519 JWK with its private part');
  return createPrivateKey({ key: jwk, format: 'jwk' });
}
