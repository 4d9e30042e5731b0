import { z } from 'zod';

/**
 * What nobody sees and what means nothing: soft hyphens, zero-width spaces, word joiners, byte order marks. They come
 * along when text is pasted and make two texts differ that look the same, so they are taken out in silence. The joiners
 * U+200C and U+200D stay: Persian, the scripts of India and emoji are written with them.
 */
const unseen = /[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff]/gu;

/**
 * Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX #9 §2). Left open they turn around what
 * a page shows after them, so a name could make the text beside it lie. Refused rather than taken out: who types them
 * means something by it. Right-to-left scripts need none of them, and the plain marks (U+200E, U+200F, U+061C) stay.
 */
const turning = /[\u202a-\u202e\u2066-\u2069]/u;

/** Something that leaves ink; a name of joiners and fillers would be an empty place on the screen. */
const ink = /[^\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cs}\p{M}\u2800]/u;

/** No script stacks more marks on one letter; text that does runs over the lines around it. */
const towers = /\p{M}{9}/u;

/** No letter that people write takes more code units than this, on average over a text. */
const unitsPerCharacter = 8;

let graphemes: Intl.Segmenter | undefined;

/** Whether a text has at most so many characters as its reader counts them (UAX #29): a flag or a family is one. */
function isNoLongerThan(max: number, text: string): boolean {
  if (text.length <= max) return true;
  if (text.length > max * unitsPerCharacter) return false;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return [...graphemes.segment(text)].length <= max;
}

const written = (max: number, form: (text: string) => string) =>
  z
    .string()
    .overwrite((text) => form(text.replace(unseen, '').normalize('NFC')).trim())
    .min(1, { error: 'must not be empty; null removes it', abort: true })
    .refine((text) => isNoLongerThan(max, text), { error: `must not be longer than ${max} characters`, abort: true })
    .refine((text) => !turning.test(text), 'must not contain invisible characters that turn the direction of text')
    .refine((text) => !towers.test(text), 'must not stack so many marks on one letter')
    .refine((text) => ink.test(text), 'must contain something that can be seen');

/**
 * One line of text a person typed: trimmed, in Unicode's composed form (NFC), not empty, no control characters.
 * Control characters and lone surrogates are refused because PostgreSQL cannot store them.
 * @param max length in characters as people see them
 */
export const lineOf = (max: number) =>
  written(max, (text) => text).regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must be one line without control characters');

/** Text of several lines: as `lineOf`, but line breaks and tabs are welcome; every line break becomes `\n`. */
export const textOf = (max: number) =>
  written(max, (text) => text.replace(/\r\n?|[\u0085\u2028\u2029]/gu, '\n')).regex(
    /^(?:[\n\t]|[^\p{Cc}\p{Cs}])*$/u,
    'must not contain control characters',
  );

/**
 * Telephone number as people write it in international form: `+43 1 234 567`, `0043 (0)1/234-567`. The profile service
 * checks that there can be such a number, and keeps and answers it in the form of ITU-T E.164, as in `+431234567`.
 */
export const phoneNumber = z
  .string()
  .overwrite((number) =>
    number
      .normalize('NFKC')
      .replace(/\p{Cf}/gu, '')
      .trim(),
  )
  .max(40)
  .regex(/^(?:\+|00) ?[(]?\p{Nd}[\p{Nd} ()./\u2010-\u2015-]*$/u, 'must be in international form, as in +43 1 234 567');
