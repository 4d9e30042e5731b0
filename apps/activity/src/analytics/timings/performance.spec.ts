import { durationBucket, durationBucketCount, type RequestTiming, type Usage } from '@annals/contracts';
import { assertTenantIsolation } from '@annals/postgres';
import { signedIn } from '@annals/testing';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { activityUnderTest } from '../../testing/activity-service.js';
import { performanceOf, percentile } from './performance-of.js';

const under = activityUnderTest();
const path = '/internal/request-timings';
const minute = '2026-03-02T12:07:00.000Z';
const march = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-04-01T00:00:00Z') };

/** Request durations as a gateway would tell them. */
const timing = (
  account_id: string,
  durations: readonly number[],
  over: Partial<RequestTiming> = {},
): RequestTiming => ({
  ...{ account_id, route: 'GET /users/profile', status_class: 2, minute, people: 5 },
  counts: [...Map.groupBy(durations, durationBucket)].flatMap(([bucket, of]) => [bucket, of.length]),
  ...over,
});
const tell = (timings: readonly RequestTiming[], id: string = randomUUID()) =>
  under().service.inside('POST', path, { id, timings });
const told = (account: string, period = march) => performanceOf(under().stores.database.pool, account, period);

const exact = (durations: readonly number[], share: number) =>
  durations.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * durations.length)) - 1]!;

describe('percentiles', () => {
  it('are at most 5 % off those of the durations themselves', () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.9, 0.95, 0.99),
        (durations, share) => {
          const histogram = new Array<number>(durationBucketCount).fill(0);
          for (const ms of durations) histogram[durationBucket(ms)]! += 1;
          const [read, real] = [percentile(histogram, durations.length, share), exact(durations, share)];
          expect(Math.abs(read - real) / real).toBeLessThanOrEqual(0.05);
        },
      ),
      { numRuns: 500 },
    ));
});

describe('timings that gateways tell', () => {
  it('add up over minutes, gateways and classes of status', async () => {
    const account = randomUUID();
    const fast = Array.from({ length: 90 }, () => 2);
    await tell([timing(account, fast), timing(account, [400, 400], { status_class: 5 })]);
    await tell([timing(account, [50, 50, 50], { minute: '2026-03-02T12:44:00.000Z' })]);
    await tell([timing(account, [50, 50, 50, 50, 50], { status_class: 4, minute: '2026-03-20T00:00:00.000Z' })]);
    const [route, ...others] = await told(account);
    expect(others).toEqual([]);
    expect(route).toMatchObject({ route: 'GET /users/profile', requests: 100, error_share: 0.02, refused_share: 0.05 });
    for (const [name, ms] of Object.entries({ p50_ms: 2, p90_ms: 2, p95_ms: 50, p99_ms: 400 })) {
      expect(Math.abs((route as unknown as Record<string, number>)[name]! - ms) / ms).toBeLessThanOrEqual(0.05);
    }
  });

  it('count once, however often a batch is told', async () => {
    const account = randomUUID();
    const id = randomUUID();
    for (let times = 0; times < 3; times++) expect(await tell([timing(account, [1, 2])], id)).toBe(204);
    expect(await told(account)).toMatchObject([{ requests: 2 }]);
  });

  it('stand where they lie in time, and routes by how much they are used', async () => {
    const account = randomUUID();
    await tell([
      timing(account, [1], { minute: '2026-02-28T23:59:00.000Z' }),
      timing(account, [1, 2, 3], { route: 'GET /users' }),
      ...[timing(account, [1]), timing(account, [1], { minute: '2026-04-01T00:00:00.000Z' })],
    ]);
    expect((await told(account)).map(({ route, requests }) => [route, requests])).toEqual([
      ['GET /users', 3],
      ['GET /users/profile', 1],
    ]);
  });

  it('are not told of a route that no five people used on one day', async () => {
    const account = randomUUID();
    await tell([timing(account, [1, 2], { people: 4 }), timing(account, [1], { route: 'GET /users', people: 4 })]);
    await tell([timing(account, [3], { people: 3, minute: '2026-03-03T12:00:00.000Z' })]);
    expect(await told(account)).toEqual([]);
    await tell([timing(account, [3], { people: 5, minute: '2026-03-03T12:10:00.000Z' })]);
    expect(await told(account)).toMatchObject([{ route: 'GET /users/profile', requests: 4 }]);
  });

  it('are of one account each', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await tell([timing(other, [1, 2]), timing(one, [1])]);
    expect([await told(one), await told(other)]).toMatchObject([[{ requests: 1 }], [{ requests: 2 }]]);
    await assertTenantIsolation(under().stores.database.pool);
  });

  it('come from gateways alone, and well-formed', async () => {
    const account = randomUUID();
    expect(await under().service.inside('POST', path, { id: account, timings: [] }, signedIn('ADMIN'))).toBe(403);
    expect(await tell([])).toBe(400);
    expect(await tell([timing(account, [1], { counts: [0] })])).toBe(400);
    expect(await tell(Array.from({ length: 501 }, () => timing(account, [1])))).toBe(400);
    const full = Array.from({ length: 500 }, (_, index) => timing(account, [1], { route: `GET /${index}` }));
    expect(await tell(full)).toBe(204);
  });

  it('show in the analytics of the account, and in nobody’s own', async () => {
    const analyst = signedIn('ANALYTICS');
    await tell([timing(analyst.account_id!, [3, 3, 3])]);
    const ask = async (scope: string) => {
      const { json } = await under().get(
        `/users/activity/analytics?from=2026-03-02&to=2026-03-02&scope=${scope}`,
        analyst,
      );
      return (json as unknown as Usage).performance;
    };
    expect(await ask('account')).toMatchObject([{ route: 'GET /users/profile', requests: 3 }]);
    expect(await ask('self')).toBeNull();
  });
});
