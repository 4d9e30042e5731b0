import { z } from 'zod';

/**
 * One line of text a person typed: trimmed, not empty, no control characters.
 * Control characters and lone surrogates are refused because PostgreSQL cannot store them.
 */
export const lineOf = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty; null removes it')
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line without control characters');

/** Text of several lines: as `lineOf`, but line breaks and tabs are welcome. */
export const textOf = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty; null removes it')
    .max(max)
    .regex(/^(?:[\n\r\t]|[^\p{Cc}\p{Cs}])*$/u, 'must not contain control characters');

/** A link a browser may follow safely; `javascript:` and friends are refused. */
export const webLink = z
  .url({ protocol: /^https?$/, hostname: z.regexes.domain, error: 'must be an http or https address' })
  .max(2048)
  .regex(/^[^\p{Cc}\p{Cs}\s]*$/u, 'must not contain spaces or control characters');

/** Telephone number in the international form of ITU-T E.164, as in `+431234567`. */
export const phoneNumber = z
  .string()
  .trim()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be in international form: +, country code, number; digits only');
