import { z } from 'zod';

/** Longest text that a mapping may put somewhere. */
const text = z.string().max(500);

/** How dates may be written in a file. */
export const dateFormats = ['YYYY-MM-DD', 'DD.MM.YYYY', 'DD/MM/YYYY', 'MM/DD/YYYY', 'YYYY/MM/DD', 'YYYYMMDD'] as const;

/** One change to a value on its way from a column to its target. The list is closed: nothing of a mapping is ever run. */
export const Transformation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('trim') }),
  z.strictObject({ op: z.literal('lowercase') }),
  z.strictObject({ op: z.literal('uppercase_first') }),
  /** A part of a whole name: everything before its last word, or that word. */
  z.strictObject({ op: z.literal('split_name'), part: z.enum(['first', 'last']) }),
  /** To a date of ISO 8601. */
  z.strictObject({ op: z.literal('date'), format: z.enum(dateFormats) }),
  /** To true or false; without words of its own: true/false, yes/no, 1/0, on/off. */
  z.strictObject({
    op: z.literal('boolean'),
    yes: z.array(text.min(1)).min(1).max(20).optional(),
    no: z.array(text.min(1)).min(1).max(20).optional(),
  }),
  /** Replaces a value by another; one that is not listed is a problem of its row. */
  z.strictObject({ op: z.literal('map'), values: z.record(text, text) }),
  /** What an empty value becomes. */
  z.strictObject({ op: z.literal('default'), value: text.min(1) }),
  z.strictObject({ op: z.literal('prefix'), text: text.min(1) }),
  z.strictObject({ op: z.literal('suffix'), text: text.min(1) }),
]);
export type Transformation = z.infer<typeof Transformation>;

/** Where the value of one target comes from. Several columns are joined, empty ones left out. */
export const ColumnSource = z.strictObject({
  from: z.union([text.min(1), z.array(text.min(1)).min(1).max(5)]),
  /** Between joined columns; one space unless said. */
  join: z.string().max(10).optional(),
  transform: z.array(Transformation).max(10).default([]),
});
export type ColumnSource = z.infer<typeof ColumnSource>;

/**
 * Which columns of a file become what: `{"columns": {"email": {"from": "E-Mail"}, "profile.bio": {"from": "About"}}}`.
 * With a mapping, only what it names is taken.
 */
export const ImportMapping = z.strictObject({
  columns: z
    .record(z.string().min(1).max(100), ColumnSource)
    .refine((columns) => Object.keys(columns).length > 0, 'names no column')
    .refine((columns) => Object.keys(columns).length <= 100, 'names more than 100 columns'),
});
export type ImportMapping = z.infer<typeof ImportMapping>;

/** Longest mapping, in bytes of its JSON text. */
export const maxMappingBytes = 32 * 1024;
