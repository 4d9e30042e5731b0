import fc from 'fast-check';
import {
  durationBucket,
  durationBucketCount,
  durationOf,
  longestMs,
  relativeError,
  RequestTiming,
  shortestMs,
} from './request-timing.js';

const within = fc.double({ min: shortestMs, max: longestMs, noNaN: true });

describe('buckets of durations', () => {
  it('stand for what is in them, at most 4 % off', () =>
    fc.assert(
      fc.property(within, (ms) => {
        const told = durationOf(durationBucket(ms));
        expect(Math.abs(told - ms) / ms).toBeLessThanOrEqual(relativeError + 1e-9);
      }),
      { numRuns: 2_000 },
    ));

  it('keep the order of durations', () =>
    fc.assert(
      fc.property(within, within, (one, other) => {
        const [shorter, longer] = one < other ? [one, other] : [other, one];
        expect(durationBucket(shorter)).toBeLessThanOrEqual(durationBucket(longer));
      }),
    ));

  it.each([
    [0, 0],
    [-1, 0],
    [Number.NaN, 0],
    [shortestMs, 0],
    [longestMs * 10, durationBucketCount - 1],
    [Number.POSITIVE_INFINITY, durationBucketCount - 1],
  ])('take %d ms into bucket %d', (ms, bucket) => expect(durationBucket(ms)).toBe(bucket));
});

it.each([[[]], [[1]], [[durationBucketCount, 1]], [[0, 1, 2]], [[0, -1]]])(
  'a timing refuses the counts %j',
  (counts) => {
    const timing = {
      ...{ account_id: '018f0000-0000-7000-8000-00000000000a', route: 'GET /users', status_class: 2 },
      ...{ minute: '2026-03-01T12:00:00.000Z', people: 1 },
    };
    expect(RequestTiming.safeParse({ ...timing, counts: [0, 1] }).success).toBe(true);
    expect(RequestTiming.safeParse({ ...timing, counts }).success).toBe(false);
  },
);
