import { z } from 'zod';

/** Names of the IANA time zone database without a region; everything else of three letters is ICU's own. */
const withoutRegion =
  /^(UTC|GMT|UCT|GMT0|Zulu|Universal|Greenwich|EST|MST|HST|CET|EET|MET|WET|EST5EDT|CST6CDT|MST7MDT|PST8PDT|PRC|ROC|ROK|GB|NZ|GB-Eire|NZ-CHAT|W-SU|Cuba|Egypt|Eire|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|Navajo|Poland|Portugal|Singapore|Turkey)$/;
const withRegion = /^(?!SystemV)[A-Z][A-Za-z]+\/[A-Z]/;

const known = new Map<string, string>();

/** The name in the database's spelling; undefined for what is no name of it, as plain offsets such as `+01:00` are not. */
function spelled(name: string): string | undefined {
  const seen = known.get(name);
  if (seen !== undefined) return seen;
  let preferred: string;
  try {
    preferred = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
  // A name that is meant in another spelling, as `europe/vienna`, is put right; an alias stays what was said.
  const right = preferred.toLowerCase() === name.toLowerCase() ? preferred : name;
  if (!withRegion.test(right) && !withoutRegion.test(right)) return undefined;
  // Spellings come from clients without end, so only preferred names are remembered; there are some four hundred.
  if (name === preferred) known.set(name, right);
  return right;
}

/**
 * Time zone by IANA name, as in `Europe/Vienna`. Aliases as `Asia/Calcutta` are names too and are kept as they were said:
 * which of two names is the preferred one changes with the database, and the two always mean the same clock.
 */
export const timeZone = z
  .string()
  .max(64)
  .refine((name) => spelled(name) !== undefined, 'must be an IANA time zone such as Europe/Vienna')
  .overwrite((name) => spelled(name) ?? name);

function canonicalTag(tag: string): string | undefined {
  try {
    const [canonical, ...more] = Intl.getCanonicalLocales(tag);
    return more.length === 0 ? canonical : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Language tag of BCP 47 in its canonical spelling, as in `en` or `pt-BR`; `iw` becomes `he`. */
export const languageTag = z
  .string()
  .min(2)
  .max(35)
  .refine((tag) => canonicalTag(tag) !== undefined, 'must be a language tag such as de-AT')
  .overwrite((tag) => canonicalTag(tag) ?? tag);
