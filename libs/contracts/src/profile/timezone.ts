import { z } from 'zod';

const known = new Map<string, boolean>();

/** True for a name of the IANA time zone database; plain offsets such as `+01:00` are no time zones. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  const seen = known.get(name);
  if (seen !== undefined) return seen;
  let valid = true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    valid = false;
  }
  // Wrong names come from clients without end, so only true ones are remembered; there are some six hundred.
  if (valid) known.set(name, true);
  return valid;
}

/** Time zone by IANA name, as in `Europe/Vienna`. */
export const timeZone = z.string().max(64).refine(isTimeZone, 'must be an IANA time zone such as Europe/Vienna');

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Language tag of BCP 47, as in `en` or `pt-BR`. */
export const languageTag = z.string().min(2).max(35).refine(isLanguageTag, 'must be a language tag such as de-AT');
