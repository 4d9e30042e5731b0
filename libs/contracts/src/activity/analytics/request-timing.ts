import { z } from 'zod';

/** Most cells in one `POST /internal/request-timings`. */
export const maxRequestTimings = 500;

/**
 * Durations are counted in buckets that each reach γ times as far as the one before (Masson, Rim and Lee, DDSketch, VLDB
 * 2019): whatever percentile is read from them is at most `relativeError` off, for durations within the bounds. Counts of
 * the same bucket add up, whoever counted them.
 */
export const relativeError = 0.04;
const gamma = (1 + relativeError) / (1 - relativeError);
const perNatural = 1 / Math.log(gamma);
/** Shortest and longest duration told apart, in milliseconds; what lies beyond counts as them. */
export const shortestMs = 0.05;
export const longestMs = 1_000_000;
const offset = Math.ceil(Math.log(shortestMs) * perNatural);
export const durationBucketCount = Math.ceil(Math.log(longestMs) * perNatural) - offset + 1;

/** Bucket of a duration in milliseconds, from 0. */
export function durationBucket(ms: number): number {
  if (!(ms > shortestMs)) return 0;
  return Math.min(durationBucketCount - 1, Math.ceil(Math.log(ms) * perNatural) - offset);
}

/** The duration in milliseconds that a bucket stands for: as far from its lower end as from its upper, relatively. */
export const durationOf = (bucket: number): number => (2 * gamma ** (bucket + offset)) / (gamma + 1);

/** What one gateway saw of one route in one account and one minute. */
export const RequestTiming = z.strictObject({
  account_id: z.uuid(),
  /** Method and template of the path. */
  route: z.string().max(200),
  /** First digit of the status. */
  status_class: z.number().int().min(1).max(5),
  /** Start of the minute. */
  minute: z.iso.datetime(),
  /** Different people of the account who used the route on this day (UTC) so far, counted to 5. */
  people: z.number().int().min(0).max(5),
  /** Bucket and number of requests, by turns. */
  counts: z
    .array(z.number().int().nonnegative())
    .min(2)
    .max(2 * durationBucketCount)
    .refine((pairs) => pairs.length % 2 === 0, 'must be pairs')
    .refine((pairs) => pairs.every((one, at) => at % 2 === 1 || one < durationBucketCount), 'names no bucket'),
});
export type RequestTiming = z.infer<typeof RequestTiming>;

/** Between gateways and activity; never reachable from outside. The same batch counts once, however often it is told. */
export const RequestTimingBatch = z.strictObject({
  id: z.uuid(),
  timings: z.array(RequestTiming).min(1).max(maxRequestTimings),
});
export type RequestTimingBatch = z.infer<typeof RequestTimingBatch>;
