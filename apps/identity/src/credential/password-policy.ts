import { Problem } from '@annals/contracts';
import { commonPasswords } from './common-passwords.js';

/** Words that whoever knows a person would try. */
export interface OwnWords {
  email?: string;
  name?: string;
  /** Names of accounts the person belongs to. */
  accounts?: readonly string[];
}

const product = 'annals';
/** Shorter words are in every passphrase. */
const shortestWord = 3;
/** What people put behind a word to please a rule: a few figures, or a year, and a sign. */
const trivialEnding = /\d{0,4}[\p{P}\p{S}]{0,2}$/u;

/**
 * Length, a list of known passwords and the person's own words; no rule about kinds of characters (NIST SP 800-63B-4
 * §3.1.1.2).
 * @param minLength in characters, as PASSWORD_MIN_LENGTH says
 * @param field where the password stands in the body
 * @throws Problem 400 `password-refused`
 */
export function checkPassword(password: string, minLength: number, own: OwnWords, field = 'password'): void {
  const refuse = (code: string, message: string): never => {
    throw new Problem(400, 'password-refused', `The password ${message}`, { fields: [{ path: field, code, message }] });
  };
  if ([...password].length < minLength) refuse('too_short', `must have at least ${minLength} characters`);
  const typed = password.normalize('NFC').toLowerCase();
  const forms = [typed, typed.replace(trivialEnding, '')];
  if (forms.some((form) => commonPasswords().has(form))) {
    refuse('common', 'is among the passwords that everybody tries first');
  }
  if (forms.some((form) => isMadeOf(wordsOf(own), letters(form)))) {
    refuse('guessable', 'must not be made of your name, your address or where you use it');
  }
}

/** The words, each whole and in its parts. */
function wordsOf({ email = '', name = '', accounts = [] }: OwnWords): string[] {
  const [mailbox = '', domain = ''] = email.split('@');
  const whole = [product, mailbox, domain, name, ...accounts].map((text) => text.normalize('NFC').toLowerCase());
  const parts = whole.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u));
  return [...new Set([...whole.map(letters), ...parts])].filter((word) => [...word].length >= shortestWord);
}

const letters = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, '');

/** Whether a text is one or more of the words, one behind the other. */
function isMadeOf(words: readonly string[], text: string): boolean {
  const reached = new Set([0]);
  for (let at = 0; at < text.length; at++) {
    if (!reached.has(at)) continue;
    for (const word of words) if (text.startsWith(word, at)) reached.add(at + word.length);
  }
  return text.length > 0 && reached.has(text.length);
}
