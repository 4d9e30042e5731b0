import { z } from 'zod';
import { ChurnRisk } from '../churn/schemas.js';
import { Satisfaction } from '../feedback/schemas.js';
import { moment } from '../log-list.js';
import { timeZone } from '../../profile/timezone.js';
import { DeviceClass } from './device-class.js';

/** Longest span of an answer, in days. */
export const mostAnalyticsDays = 400;
/** Lines of a breakdown at most. */
export const mostBreakdownLines = 20;

/** A day on the wall of the asked time zone; a moment stands for the day it lies in. */
const day = z.union([
  z.iso
    .date({ error: 'must be a day like 2026-03-01' })
    .refine((text) => text.startsWith('20'), 'must lie between the years 2000 and 2100'),
  moment,
]);
const word = z.string().min(1).max(100);

export const UsageQuery = z.strictObject({
  /** `self`: one's own; `account`: everybody's in the account, with VIEW_ANALYTICS. */
  scope: z.enum(['self', 'account']).default('self'),
  /** First day; 29 days before the last unless said. */
  from: day.optional(),
  /** Last day, which is counted too; today unless said. */
  to: day.optional(),
  bucket: z.enum(['hour', 'day', 'week', 'month']).default('day'),
  /** Whose hours, days, weeks (from Monday) and months; the account's own unless said. */
  time_zone: timeZone.optional(),
  category: word.optional(),
  device: DeviceClass.optional(),
  source: z.enum(['server', 'client']).optional(),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

/** How much was done; null where fewer than five people are behind it, or behind what it would give away. */
const count = { events: z.number().int().nullable(), suppressed: z.boolean() };
const share = z.number().min(0).max(1).nullable();

export const UsageCount = z.object(count);
export type UsageCount = z.infer<typeof UsageCount>;

export const UsageBucket = z.object({
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  /** The start as clocks there show it, `YYYY-MM-DDTHH:MM`. */
  local: z.string(),
  ...count,
});
export type UsageBucket = z.infer<typeof UsageBucket>;

/** Most frequent first. Words of clients could themselves tell of a person: those suppressed stand together without a key. */
export const UsageBreakdown = z.array(z.object({ key: z.string().nullable(), ...count })).max(mostBreakdownLines + 1);
export type UsageBreakdown = z.infer<typeof UsageBreakdown>;

/** How long one route took, over all requests of the account that the gateway answered or passed on. */
export const RoutePerformance = z.object({
  /** Method and template of the path. */
  route: z.string(),
  requests: z.number().int(),
  /** Milliseconds until the answer was out, at most 5 % off. */
  p50_ms: z.number(),
  p90_ms: z.number(),
  p95_ms: z.number(),
  p99_ms: z.number(),
  /** Share of requests that failed for a reason of ours (5xx), and share that were refused (4xx). */
  error_share: z.number(),
  refused_share: z.number(),
});
export type RoutePerformance = z.infer<typeof RoutePerformance>;

export const Usage = z.object({
  scope: z.enum(['self', 'account']),
  /** First and last day, both counted. */
  from: z.iso.date(),
  to: z.iso.date(),
  bucket: z.enum(['hour', 'day', 'week', 'month']),
  time_zone: z.string(),
  total: UsageCount,
  /** Every bucket of the span, empty ones too. Days are as long as they were: 23 or 25 hours when clocks changed. */
  series: z.array(UsageBucket),
  by_category: UsageBreakdown,
  by_device: UsageBreakdown,
  by_source: UsageBreakdown,
  by_type: UsageBreakdown,
  peaks: z.object({
    busiest: UsageBucket.nullable(),
    /** By weekday (ISO 8601: 1 is Monday) and hour of the day there. */
    hours: z.array(z.object({ weekday: z.number().int(), hour: z.number().int(), ...count })).length(7 * 24),
  }),
  patterns: z.object({
    weekday_share: share,
    weekend_share: share,
    /** The same number of days before. */
    previous: UsageCount,
    /** By how much of the period before it is more (or less): 0.5 is half as much again. Null when that is not known. */
    trend: z.number().nullable(),
  }),
  /** By route, most used first; account-wide only. A route shows once five people used it on one day. */
  performance: z.array(RoutePerformance).nullable(),
  /** How content they say they are; by day where usage is by hour. */
  satisfaction: Satisfaction,
  /** Whether they are likely to stay away, as of today whatever the period. */
  churn: ChurnRisk,
});
export type Usage = z.infer<typeof Usage>;
