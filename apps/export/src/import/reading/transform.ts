import type { dateFormats, Transformation } from '@annals/contracts';

/** Why a value cannot be transformed; its row says so. */
export class NotTransformable extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Applies transformations in their order. @throws NotTransformable, which never repeats the value */
export const transformed = (value: string, steps: readonly Transformation[]): string =>
  steps.reduce((text, step) => apply(text, step), value);

const yes = ['true', 'yes', 'y', '1', 'on'];
const no = ['false', 'no', 'n', '0', 'off'];

function apply(text: string, step: Transformation): string {
  // An empty cell says nothing, so there is nothing to change in it.
  if (text === '') return step.op === 'default' ? step.value : text;
  switch (step.op) {
    case 'trim':
      return text.trim();
    case 'lowercase':
      return text.toLowerCase();
    case 'uppercase_first':
      return text.replace(/^./su, (first) => first.toUpperCase());
    case 'split_name':
      return partOfName(text, step.part);
    case 'date':
      return isoDate(text, step.format);
    case 'boolean':
      return truth(text, step.yes ?? yes, step.no ?? no);
    case 'map':
      if (Object.hasOwn(step.values, text)) return step.values[text]!;
      throw new NotTransformable('value-not-mapped', 'is none of the values that the mapping lists');
    case 'default':
      return text;
    case 'prefix':
      return step.text + text;
    case 'suffix':
      return text + step.text;
  }
}

/** "Ada King Lovelace": the last word, and everything before it. A name of one word has no last part. */
function partOfName(text: string, part: 'first' | 'last'): string {
  const words = text.trim().split(/\s+/u);
  if (words.length === 1) return part === 'first' ? words[0]! : '';
  return part === 'first' ? words.slice(0, -1).join(' ') : words.at(-1)!;
}

const shapes: Readonly<Record<(typeof dateFormats)[number], RegExp>> = {
  'YYYY-MM-DD': /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})$/,
  'DD.MM.YYYY': /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})$/,
  'DD/MM/YYYY': /^(?<day>\d{1,2})\/(?<month>\d{1,2})\/(?<year>\d{4})$/,
  'MM/DD/YYYY': /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})$/,
  'YYYY/MM/DD': /^(?<year>\d{4})\/(?<month>\d{1,2})\/(?<day>\d{1,2})$/,
  YYYYMMDD: /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})$/,
};

function isoDate(text: string, format: (typeof dateFormats)[number]): string {
  const { year, month, day } = shapes[format].exec(text.trim())?.groups ?? {};
  const date = `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  // The 31st of a short month would become another day.
  if (year === undefined || Number.isNaN(parsed.getTime()) || !parsed.toISOString().startsWith(date)) {
    throw new NotTransformable('date-invalid', `is no date like ${format}`);
  }
  return date;
}

function truth(text: string, meansYes: readonly string[], meansNo: readonly string[]): string {
  const word = text.trim().toLowerCase();
  if (meansYes.some((meant) => meant.toLowerCase() === word)) return 'true';
  if (meansNo.some((meant) => meant.toLowerCase() === word)) return 'false';
  throw new NotTransformable('boolean-invalid', 'is no word for yes or no');
}
