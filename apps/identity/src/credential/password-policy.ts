import { Problem } from '@annals/contracts';
import { commonPasswords } from './common-passwords.js';

/**
 * Length and a list of known passwords; no rule about kinds of characters (NIST SP 800-63B-4 §3.1.1.2).
 * @param minLength in characters, as PASSWORD_MIN_LENGTH says
 * @throws Problem 400 `password-refused`
 */
export function checkPassword(password: string, minLength: number, own: { email: string; name: string }): void {
  const length = [...password].length;
  if (length < minLength) refuse('too_short', `must have at least ${minLength} characters`);
  const lower = password.toLowerCase();
  if (commonPasswords.has(lower)) refuse('common', 'is among the passwords that everybody tries first');
  const mailbox = own.email.slice(0, own.email.indexOf('@'));
  if ([own.email, mailbox, own.name.toLowerCase(), 'annals'].includes(lower)) {
    refuse('guessable', 'must not be your name or address');
  }
}

function refuse(code: string, message: string): never {
  throw new Problem(400, 'password-refused', `The password ${message}`, {
    fields: [{ path: 'password', code, message }],
  });
}
