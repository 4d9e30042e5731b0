import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * A telephone number in the form of ITU-T E.164, however it was written; null when no such number can exist by the
 * numbering plan of its country. An extension is no part of E.164, so a number with one is refused and not cut.
 */
export function keptNumber(typed: string): string | null {
  const number = parsePhoneNumberFromString(typed.replace(/^00/, '+'));
  return number && number.ext === undefined && number.isValid() ? number.number : null;
}
