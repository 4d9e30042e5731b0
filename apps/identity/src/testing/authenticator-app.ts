import { codeOf, stepAt } from '../factor/totp.js';

export interface AuthenticatorApp {
  /** The code of the present step, or of one that many later. */
  code(later?: number): string;
}

/** An authenticator app that has scanned a QR code; its clock is right. */
export function authenticatorApp(otpauthUri: string): AuthenticatorApp {
  const seed = fromBase32(new URL(otpauthUri).searchParams.get('secret') ?? '');
  return { code: (later = 0) => codeOf(seed, stepAt(new Date().toISOString()) + later) };
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => parseInt(byte, 2)));
}
