import type { z } from 'zod';

/** What kind of personal data a field holds; decides masking, retention and the records of processing. */
export const personalDataCategories = [
  'identity',
  'contact',
  'location',
  'online_identifier',
  'content',
  'special',
] as const;
export type PersonalDataCategory = (typeof personalDataCategories)[number];

/** Why it is processed. Each purpose of a subject has an encryption key of its own, so one purpose can be ended alone. */
export const purposes = ['account', 'profile', 'preferences', 'security', 'analytics', 'support'] as const;
export type Purpose = (typeof purposes)[number];

/** Lawful basis, in the words of Art. 6(1) GDPR. */
export const lawfulBases = ['contract', 'consent', 'legal_obligation', 'legitimate_interest'] as const;
export type LawfulBasis = (typeof lawfulBases)[number];

/** The one mark from which sealing, masking, redaction, export, erasure and the records of processing follow. */
export interface PersonalDataMark {
  category: PersonalDataCategory;
  purpose: Purpose;
  basis: LawfulBasis;
  /** How long the field is kept, as an ISO 8601 duration, or `account` for the life of the account. */
  retention: string;
}

const marks = new WeakMap<z.ZodType, PersonalDataMark>();

const term = /^(account|P(?=\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?)$/;

/**
 * Marks a schema as personal data. Returns the same kind of schema, so it can be refined further before, not after.
 * @throws Error at start for a mark that does not say what, what for, on which basis or how long
 */
export function pii<S extends z.ZodType>(schema: S, mark: PersonalDataMark): S {
  const { category, purpose, basis, retention } = mark;
  const says =
    personalDataCategories.includes(category) &&
    purposes.includes(purpose) &&
    lawfulBases.includes(basis) &&
    term.test(retention);
  if (!says)
    throw new Error(
      `A mark of personal data says what, what for, on which basis and how long: ${JSON.stringify(mark)}`,
    );
  marks.set(schema, mark);
  return schema;
}

/** Path of a field inside data: property names, with `*` for every element of an array or value of a record. */
export type FieldPath = readonly string[];

export interface PersonalField {
  path: FieldPath;
  mark: PersonalDataMark;
}

type Def = { type: string } & Record<string, unknown>;
const defOf = (schema: z.ZodType): Def => (schema as unknown as { _zod: { def: Def } })._zod.def;

/** Every marked field below a schema, outermost mark first: a marked object is sealed whole. */
export function personalFields(schema: z.ZodType, path: FieldPath = []): PersonalField[] {
  const mark = marks.get(schema);
  if (mark) return [{ path, mark }];
  const def = defOf(schema);
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape as Record<string, z.ZodType>).flatMap(([key, child]) =>
        personalFields(child, [...path, key]),
      );
    case 'array':
      return personalFields(def.element as z.ZodType, [...path, '*']);
    case 'record':
      return personalFields(def.valueType as z.ZodType, [...path, '*']);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
    case 'catch':
      return personalFields(def.innerType as z.ZodType, path);
    case 'pipe':
      return personalFields(def.in as z.ZodType, path);
    case 'union':
      return (def.options as z.ZodType[]).flatMap((option) => personalFields(option, path));
    default:
      return [];
  }
}
