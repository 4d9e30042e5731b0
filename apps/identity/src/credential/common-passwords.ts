import { dictionary } from '@zxcvbn-ts/language-common';

let known: ReadonlySet<string> | undefined;

/**
 * Passwords that guessing begins with, in lower case: the most frequent ones of published leaks, of which some 18,000
 * have eight characters or more. Made once, when it is first needed.
 */
export const commonPasswords = (): ReadonlySet<string> => (known ??= new Set(dictionary['passwords-common']));
