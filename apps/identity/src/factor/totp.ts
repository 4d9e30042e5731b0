import { createHmac, timingSafeEqual } from 'node:crypto';
import { base32 } from './base32.js';

const stepSeconds = 30;
/** Steps by which the clock of an app may be off, either way (RFC 6238 §5.2). */
const skew = 1;

/** As long as the hash, as RFC 4226 §4 recommends. */
export const seedBytes = 20;

/** The time step of a moment (RFC 6238 §4.2). @param now RFC 3339, from the server's clock */
export const stepAt = (now: string): number => Math.floor(Date.parse(now) / 1000 / stepSeconds);

/** The six digits of a step: HOTP with HMAC-SHA-1 (RFC 4226 §5.3), which is what every authenticator app does. */
export function codeOf(seed: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', seed).update(counter).digest();
  const offset = mac[mac.length - 1]! & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/**
 * The step that a code is for, or null when it is for none that may still be accepted.
 * @param present step of the server's clock
 * @param last latest step accepted before: neither it nor an earlier one is accepted again
 */
export function matchingStep(seed: Buffer, code: string, present: number, last: number): number | null {
  let match: number | null = null;
  for (let step = present + skew; step >= present - skew; step--) {
    const same = timingSafeEqual(Buffer.from(codeOf(seed, step)), Buffer.from(code));
    if (same && step > last) match = step;
  }
  return match;
}

/** For a QR code (Key Uri Format of the authenticator apps). @param account whom the app shows it for */
export function otpauthUri(seed: Buffer, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const settings = new URLSearchParams({
    ...{ secret: base32(seed), issuer },
    ...{ algorithm: 'SHA1', digits: '6', period: String(stepSeconds) },
  });
  return `otpauth://totp/${label}?${settings.toString()}`;
}
