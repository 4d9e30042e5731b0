import { z } from 'zod';

/** `members`: people of the account; `self`: what the person who asks says about themselves in this account. */
export const ImportKind = z.enum(['members', 'self']);
export type ImportKind = z.infer<typeof ImportKind>;

/** What a file is taken for. Archives of CSV files, as exports make them, are `csv`; lines of JSON are `json`. */
export const ImportFormat = z.enum(['json', 'csv']);
export type ImportFormat = z.infer<typeof ImportFormat>;

export const OnError = z.enum(['stop', 'skip']);
export type OnError = z.infer<typeof OnError>;

export const ImportStatus = z.enum(['queued', 'validating', 'applying', 'succeeded', 'failed', 'cancelled']);
export type ImportStatus = z.infer<typeof ImportStatus>;

/** Limits of a file: largest in bytes, rows, bytes in a cell, columns, depth of JSON. */
export const importLimits = {
  bytes: 50 * 1024 * 1024,
  rows: 100_000,
  cellBytes: 64 * 1024,
  columns: 1_000,
  depth: 32,
} as const;

const flag = (otherwise: 'true' | 'false') => z.enum(['true', 'false']).default(otherwise);

/** The texts of the form, before its file. */
export const ImportForm = z.strictObject({
  kind: ImportKind.default('members'),
  format: ImportFormat,
  /** An `ImportMapping` as JSON text; for what is in no form of ours. */
  mapping: z.string().optional(),
  /** Cells carry an apostrophe against formulas, as in our own files; archives of ours say so themselves. */
  csv_safe: flag('false'),
  /** Reads and checks everything, and changes nothing. */
  dry_run: flag('false'),
  /** `stop`: nothing is applied when a row has a problem. `skip`: rows without one are. */
  on_error: OnError.default('stop'),
  /** Whether people who become known by it are told by mail. */
  notify: flag('false'),
  /** Whether what an earlier import of this account said about people is said anew. */
  overwrite: flag('false'),
});
export type ImportForm = z.infer<typeof ImportForm>;

/** How rows ended, so far. */
export const ImportOutcomes = z.object({
  created: z.number().int().min(0),
  changed: z.number().int().min(0),
  invited: z.number().int().min(0),
  unchanged: z.number().int().min(0),
  refused: z.number().int().min(0),
});
export type ImportOutcomes = z.infer<typeof ImportOutcomes>;
export const noOutcomes: ImportOutcomes = { created: 0, changed: 0, invited: 0, unchanged: 0, refused: 0 };

/** Something that is wrong with a row, in words that never repeat its values: they may be anybody's. */
export const RowProblem = z.object({
  row: z.number().int().positive(),
  field: z.string().nullable(),
  code: z.string(),
  detail: z.string(),
});
export type RowProblem = z.infer<typeof RowProblem>;

/** An import as a long-running operation. */
export const ImportOperation = z.object({
  id: z.uuid(),
  status: ImportStatus,
  kind: ImportKind,
  format: ImportFormat,
  dry_run: z.boolean(),
  on_error: OnError,
  notify: z.boolean(),
  overwrite: z.boolean(),
  size_bytes: z.number().int(),
  sha256: z.string(),
  /** Rows of the file, rows with a problem and problems; null before all were read. */
  validation: z
    .object({ rows: z.number().int(), refused_rows: z.number().int(), problems: z.number().int() })
    .nullable(),
  outcomes: ImportOutcomes,
  progress: z.object({
    done: z.number().int(),
    /** Null while the file is read for the first time. */
    total: z.number().int().nullable(),
    unit: z.literal('rows'),
    percent: z.number(),
    eta_seconds: z.number().nullable(),
  }),
  error: z.object({ code: z.string(), detail: z.string().nullable() }).nullable(),
  requested_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type ImportOperation = z.infer<typeof ImportOperation>;
