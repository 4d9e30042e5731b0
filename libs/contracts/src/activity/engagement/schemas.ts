import { z } from 'zod';
import { timeZone } from '../../profile/timezone.js';

/** Most days that one answer spans. */
export const longestPeriodDays = 400;

/** A day on the wall of the asked time zone, from the year 2000 on, as of which every store can hold it. */
export const calendarDay = z.iso
  .date({ error: 'must be a day like 2026-03-01' })
  .refine((text) => /^20\d\d-/.test(text), 'must lie between the years 2000 and 2100');

/** `self`: about oneself; `account`: about all people of the account, which needs VIEW_ANALYTICS. */
export const AnalyticsScope = z.enum(['self', 'account']);

export const EngagementQuery = z.strictObject({
  scope: AnalyticsScope.default('self'),
  /** First and last day, both included; the last 30 days unless said, at most 400. */
  from: calendarDay.optional(),
  to: calendarDay.optional(),
  /** Where days and weeks begin and end; the account's own unless said. */
  time_zone: timeZone.optional(),
});
export type EngagementQuery = z.infer<typeof EngagementQuery>;

/** Null: not told, since it would be of fewer than five people, or would let such a number be found by subtraction. */
const people = z.number().int().nullable();
const share = z.number().min(0).max(1).nullable();
const suppressed = z.boolean();

export const EngagementDay = z.object({
  day: z.string(),
  /** Different people who were active on this day, and within the 7 and 30 days that end with it. */
  dau: people,
  wau: people,
  mau: people,
  /** DAU by MAU: on which part of the days those of a month are there. Null where nobody was. */
  stickiness: share,
  suppressed,
});
export type EngagementDay = z.infer<typeof EngagementDay>;

export const EngagementWeek = z.object({
  /** Its Monday. */
  week: z.string(),
  /** Whether it is over. */
  complete: z.boolean(),
  active: people,
  /** First seen in this week. */
  new: people,
  /** Active in this week and in the one before. */
  returning: people,
  /** Active again after at least a whole week away. */
  resurrected: people,
  /** Active in the week before and not in this one. */
  lapsed: people,
  suppressed,
});
export type EngagementWeek = z.infer<typeof EngagementWeek>;

export const EngagementCohort = z.object({
  /** Monday of the week in which its people were first seen. */
  week: z.string(),
  size: people,
  /** How many of them were active how many weeks later; week 0 is the first. */
  retention: z.array(z.object({ week: z.number().int(), active: people, share, suppressed })),
  suppressed,
});
export type EngagementCohort = z.infer<typeof EngagementCohort>;

export const Engagement = z.object({
  scope: AnalyticsScope,
  from: z.string(),
  to: z.string(),
  time_zone: z.string(),
  days: z.array(EngagementDay),
  weeks: z.array(EngagementWeek),
  cohorts: z.array(EngagementCohort),
  /** Of oneself; null about an account. */
  own: z
    .object({
      /** Null: never. */
      first_seen: z.iso.datetime().nullable(),
      active_days: z.number().int(),
      /** Days in a row, up to the last day asked for, or to the one before while that day is not over. */
      current_streak: z.number().int(),
      longest_streak: z.number().int(),
    })
    .nullable(),
});
export type Engagement = z.infer<typeof Engagement>;
