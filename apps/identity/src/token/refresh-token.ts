import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a refresh token says to us; the token itself is kept only sealed, and to be compared by its hash. */
export interface RefreshToken {
  /** The family: all tokens of one session. */
  session_id: string;
  /** Place in the family, from 0. */
  generation: number;
}

const headBytes = 20;
const nonceBytes = 32;
const macBytes = 16;
const tokenBytes = headBytes + nonceBytes + macBytes;

/**
 * A new token, opaque outside. Its random part makes it impossible to guess for whoever has the key alone; its keyed part
 * (HMAC-SHA256, 128 bits) lets us tell what we made, at whatever time, from what somebody made up, without a look into
 * any store.
 */
export function makeRefreshToken(key: Buffer, { session_id, generation }: RefreshToken): string {
  const head = Buffer.alloc(headBytes);
  head.write(session_id.replaceAll('-', ''), 0, 'hex');
  head.writeUInt32BE(generation, 16);
  const said = Buffer.concat([head, randomBytes(nonceBytes)]);
  return Buffer.concat([said, mac(key, said)]).toString('base64url');
}

/** What a token says; null for one that we did not make. */
export function readRefreshToken(key: Buffer, token: string): RefreshToken | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== tokenBytes) return null;
  if (!timingSafeEqual(bytes.subarray(-macBytes), mac(key, bytes.subarray(0, -macBytes)))) return null;
  const hex = bytes.toString('hex', 0, 16);
  const session_id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { session_id, generation: bytes.readUInt32BE(16) };
}

/** How a token is compared. */
export const refreshTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

const mac = (key: Buffer, said: Buffer) => createHmac('sha256', key).update(said).digest().subarray(0, macBytes);
