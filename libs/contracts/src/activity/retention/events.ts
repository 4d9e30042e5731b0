import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { ChangedDays, RetentionClass } from './schemas.js';

/** An account chose how long it keeps things. Carries the classes whose choice changed; null: the house's term again. */
export const RetentionChanged = event('RetentionChanged', {
  category: 'retention',
  data: z.strictObject({ account_id: z.uuid(), days: ChangedDays, updated_at: z.iso.datetime() }),
  audit: { entity: 'Retention', action: 'UPDATE', keys: ['account_id', 'updated_at'], parts: ['days'] },
});

/** A sweep removed what was due in an account. Its numbers are what this run removed. */
export const RetentionApplied = event('RetentionApplied', {
  category: 'sweep',
  data: z.strictObject({
    account_id: z.uuid(),
    class: RetentionClass,
    /** Everything from before this moment was due. */
    until: z.iso.datetime(),
    rows: z.int().nonnegative(),
    streams: z.int().nonnegative(),
    keys: z.int().nonnegative(),
    /** People of whom nothing went, for they were held; absent when nobody was. */
    spared: z.array(z.uuid()).optional(),
  }),
  audit: { entity: 'Retention', action: 'DELETE', keys: ['account_id'] },
});

export type RetentionEvent = EventOf<typeof RetentionChanged>;
export type SweepEvent = EventOf<typeof RetentionApplied>;
export const retentionEvents = [RetentionChanged, RetentionApplied] as const;
