import { z } from 'zod';
import { event } from '../../event.js';
import { pii } from '../../personal-data.js';
import { ImportFormat, ImportKind, ImportOutcomes, OnError } from './import.js';
import { ImportMapping } from './mapping.js';

const ids = { account_id: z.uuid(), import_id: z.uuid(), user_id: z.uuid() };
const keys = ['account_id', 'import_id', 'user_id'] as const;
const count = z.number().int().min(0);

/** Words out of somebody's file: names of its columns may be anything, where a file has no head even values. */
const fromTheFile = <S extends z.ZodType>(schema: S): S =>
  pii(schema, { category: 'content', purpose: 'account', basis: 'contract', retention: 'account' });

/** A file was taken in and lies sealed in its place. */
export const ImportRequested = event('ImportRequested', {
  category: 'import',
  subject: 'user_id',
  data: z.strictObject({
    ...ids,
    kind: ImportKind,
    format: ImportFormat,
    mapping: fromTheFile(ImportMapping.nullable()),
    /** Whether cells carry an apostrophe against formulas. */
    csv_safe: z.boolean(),
    dry_run: z.boolean(),
    on_error: OnError,
    notify: z.boolean(),
    overwrite: z.boolean(),
    /** Which upload it was: one that was repeated must not change what the first one left. */
    file_id: z.uuid(),
    size_bytes: z.number().int().positive(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    requested_at: z.iso.datetime(),
  }),
  audit: { entity: 'Import', action: 'INSERT', keys },
});

/** Every row was read. Nothing has been applied. */
export const ImportValidated = event('ImportValidated', {
  category: 'import',
  data: z.strictObject({ ...ids, rows: count, refused_rows: count, problems: count, validated_at: z.iso.datetime() }),
  audit: { entity: 'Import', action: 'UPDATE', keys },
});

/** Everything up to and with a row is applied or refused for good; the counts are of all rows so far. */
export const ImportProgressed = event('ImportProgressed', {
  category: 'import',
  data: z.strictObject({ ...ids, applied_to_row: count, outcomes: ImportOutcomes, progressed_at: z.iso.datetime() }),
  audit: { entity: 'Import', action: 'UPDATE', keys },
});

export const ImportSucceeded = event('ImportSucceeded', {
  category: 'import',
  data: z.strictObject({ ...ids, outcomes: ImportOutcomes, finished_at: z.iso.datetime() }),
  audit: { entity: 'Import', action: 'UPDATE', keys },
});

export const ImportFailed = event('ImportFailed', {
  category: 'import',
  subject: 'user_id',
  data: z.strictObject({
    ...ids,
    code: z.string(),
    /** Null where nothing can be said of the person any more. */
    detail: fromTheFile(z.string()).nullable(),
    finished_at: z.iso.datetime(),
  }),
  audit: { entity: 'Import', action: 'UPDATE', keys },
});

export const ImportCancelled = event('ImportCancelled', {
  category: 'import',
  data: z.strictObject({ ...ids, cancelled_at: z.iso.datetime() }),
  audit: { entity: 'Import', action: 'DELETE', keys },
});

export const importEvents = [
  ...([ImportRequested, ImportValidated, ImportProgressed] as const),
  ...([ImportSucceeded, ImportFailed, ImportCancelled] as const),
] as const;
