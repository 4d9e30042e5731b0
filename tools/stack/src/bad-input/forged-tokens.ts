import { createHmac, createPrivateKey, sign as signWith, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Signs the two encoded parts of a token. */
export type SignBytes = (input: Buffer) => Buffer;

/** A compact JWS made by hand, because no library would make most of these. */
export function token(header: object, claims: object, signature: SignBytes): string {
  const parts = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${parts}.${signature(Buffer.from(parts)).toString('base64url')}`;
}

export const unsigned: SignBytes = () => Buffer.alloc(0);
export const hmacWith =
  (secret: string | Buffer): SignBytes =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();
export const ed25519With =
  (key: JsonWebKey): SignBytes =>
  (input) =>
    signWith(null, input, createPrivateKey({ key, format: 'jwk' }));

/** The private key of a principal of the stack: what an attacker inside the house would have. */
export const keyIn = (keysDir: string, principal: string): JsonWebKey =>
  JSON.parse(readFileSync(`${keysDir}/${principal.replace(':', '-')}.jwk.json`, 'utf8')) as JsonWebKey;

/** Header and claims of a token. */
export function partsOf(jws: string): [Record<string, unknown>, Record<string, unknown>] {
  const [header, claims] = jws.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  return [JSON.parse(header ?? '') as Record<string, unknown>, JSON.parse(claims ?? '') as Record<string, unknown>];
}

/** The same with another signature: once in 65,536 a good one of Ed25519 ends like this by itself. */
export const tampered = (jws: string): string => `${jws.slice(0, -4)}${jws.endsWith('AAAA') ? 'BAAA' : 'AAAA'}`;

/** Lives a minute from now. */
export function minute(): { iat: number; exp: number } {
  const iat = Math.floor(Date.now() / 1000);
  return { iat, exp: iat + 60 };
}
