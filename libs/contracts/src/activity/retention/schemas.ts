import { z } from 'zod';

/**
 * Classes of what is kept for a time.
 * - `activity`: the lines of the activity log, and the facts that clients told.
 * - `analytics`: what is counted, and the keys that facts were sealed with.
 * - `audit`: the entries of the audit log.
 * - `security`: full client addresses and what devices call themselves, by their keys.
 */
export const retentionClasses = ['activity', 'analytics', 'audit', 'security'] as const;
export const RetentionClass = z.enum(retentionClasses);
export type RetentionClass = z.infer<typeof RetentionClass>;

/** No class is kept longer than ten years. */
export const longestRetentionDays = 3650;

const days = z.int().min(1).max(longestRetentionDays);
const byClass = <S extends z.ZodType>(schema: S) =>
  ({ activity: schema, analytics: schema, audit: schema, security: schema }) satisfies Record<RetentionClass, S>;

/** What an account chose of its own: null where the house's term holds. */
export const ChosenDays = z.strictObject(byClass(days.nullable()));
export type ChosenDays = z.infer<typeof ChosenDays>;

/** The classes whose choice changed, as they are now. */
export const ChangedDays = ChosenDays.partial();

export const ReplaceRetention = z.strictObject({
  /** Days by class; what is left out, or null, goes back to the house's term. */
  days: ChangedDays,
  /** Answer what would go if these terms held now, and change nothing. */
  dry_run: z.boolean().default(false),
});
export type ReplaceRetention = z.infer<typeof ReplaceRetention>;

/** How long an account keeps what, and within which bounds it may choose. */
export const Retention = z.object({
  account_id: z.uuid(),
  /** Days in force. */
  days: z.object(byClass(z.int())),
  chosen: ChosenDays,
  /** Fewest and most days that may be chosen, and what holds without a choice. */
  bounds: z.object(byClass(z.object({ floor: z.int(), ceiling: z.int(), house: z.int() }))),
  updated_at: z.iso.datetime().nullable(),
});
export type Retention = z.infer<typeof Retention>;

/** What a sweep at this moment would remove of one class. */
export const DueOfClass = z.object({
  /** Everything from before this moment is due. */
  until: z.iso.datetime(),
  /** Lines of logs and rows of tables. */
  rows: z.int(),
  /** Those among them that clients told. */
  facts: z.int(),
  /** Streams of the event store, one for each person and day. */
  streams: z.int(),
  /** Keys of people that no other account of theirs still needs. */
  keys: z.int(),
  /** The oldest row that stays; null when none does. */
  oldest_kept: z.iso.datetime().nullable(),
});
export type DueOfClass = z.infer<typeof DueOfClass>;

/** Answer of a dry run. */
export const RetentionPreview = z.object({
  dry_run: z.literal(true),
  account_id: z.uuid(),
  days: z.object(byClass(z.int())),
  due: z.object(byClass(DueOfClass)),
});
export type RetentionPreview = z.infer<typeof RetentionPreview>;
