import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a refresh token is made of; the token itself is never stored. */
export interface RefreshToken {
  /** The family: all tokens of one session. */
  session_id: string;
  /** Place in the family, from 0. */
  generation: number;
}

const macBytes = 32;
const tokenBytes = 16 + 4 + macBytes;

/**
 * The token of one generation: opaque outside, and inside always the same text, so that a client whose answer got lost
 * can be given the very same successor again.
 * @param salt 32 random bytes of the family
 */
export function makeRefreshToken(key: Buffer, salt: Buffer, { session_id, generation }: RefreshToken): string {
  const head = Buffer.alloc(20);
  head.write(session_id.replaceAll('-', ''), 0, 'hex');
  head.writeUInt32BE(generation, 16);
  return Buffer.concat([head, mac(key, salt, head)]).toString('base64url');
}

/** What a token claims to be; nothing is proven before {@link isGenuine}. Null for something that is no token of ours. */
export function readRefreshToken(token: string): RefreshToken | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== tokenBytes) return null;
  const hex = bytes.toString('hex', 0, 16);
  const session_id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { session_id, generation: bytes.readUInt32BE(16) };
}

/** Whether we made this token, at whatever time: a guess cannot end a family. */
export function isGenuine(key: Buffer, salt: Buffer, token: string): boolean {
  const bytes = Buffer.from(token, 'base64url');
  return bytes.length === tokenBytes && timingSafeEqual(bytes.subarray(20), mac(key, salt, bytes.subarray(0, 20)));
}

/** How a token is kept. */
export const refreshTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

const mac = (key: Buffer, salt: Buffer, head: Buffer) => createHmac('sha256', key).update(salt).update(head).digest();
