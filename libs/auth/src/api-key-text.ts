import { crc32 } from 'node:zlib';

/** What the text of an API key is made of. */
export interface ApiKeyText {
  account_id: string;
  key_id: string;
  /** 256 bits that only the holder knows. */
  secret: Buffer;
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Enough base62 digits for 256 bits, and for the 32 of a checksum. */
const longDigits = 43;
const checkDigits = 6;
const shape = new RegExp(
  `^annals_([0-9A-Za-z]{${longDigits}})_([0-9A-Za-z]{${longDigits}})([0-9A-Za-z]{${checkDigits}})$`,
);

/** Whether a bearer token is meant as an API key; nothing is said of whether it is a good one. */
export const looksLikeApiKey = (token: string): boolean => token.startsWith('annals_');

/**
 * `annals_<account and key>_<secret><checksum>`: a prefix that secret scanners find, letters and digits that a double
 * click marks whole, and a CRC-32, so that a scanner knows a real key from a word that looks like one.
 */
export function writeApiKey({ account_id, key_id, secret }: ApiKeyText): string {
  const ids = Buffer.from(`${account_id}${key_id}`.replaceAll('-', ''), 'hex');
  if (ids.length !== 32 || secret.length !== 32) throw new Error('an API key has two UUIDs and 32 bytes of secret');
  const text = `annals_${base62(ids, longDigits)}_${base62(secret, longDigits)}`;
  return text + checksum(text);
}

/** Null for a text that no key of ours can have. That it is well formed proves nothing. */
export function readApiKey(token: string): ApiKeyText | null {
  const [, idText, secretText, check] = shape.exec(token) ?? [];
  if (!idText || !secretText || check !== checksum(token.slice(0, -checkDigits))) return null;
  const ids = bytesOf(idText);
  const secret = bytesOf(secretText);
  if (!ids || !secret) return null;
  return { account_id: uuidOf(ids.subarray(0, 16)), key_id: uuidOf(ids.subarray(16)), secret };
}

function checksum(text: string): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(text));
  return base62(sum, checkDigits);
}

function base62(bytes: Buffer, length: number): string {
  let number = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 62n) text = digits[Number(number % 62n)] + text;
  return text.padStart(length, '0');
}

/** 32 bytes; null for a number that does not fit. */
function bytesOf(text: string): Buffer | null {
  let number = 0n;
  for (const digit of text) number = number * 62n + BigInt(digits.indexOf(digit));
  const hex = number.toString(16);
  return hex.length > 64 ? null : Buffer.from(hex.padStart(64, '0'), 'hex');
}

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
