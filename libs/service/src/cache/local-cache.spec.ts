import fc from 'fast-check';
import { createLocalCache } from './local-cache.js';
import { takeFrom } from './rate-limit.js';

describe('a cache of one process', () => {
  it('forgets entries when their life is over', async () => {
    let now = 0;
    const cache = createLocalCache(10, () => now);
    await cache.set('acme:context', 'value', 1000);
    now = 999;
    expect(await cache.get('acme:context')).toBe('value');
    now = 1000;
    expect(await cache.get('acme:context')).toBeUndefined();
  });

  it('keeps the newest entries alone', async () => {
    const cache = createLocalCache(2);
    for (const key of ['a', 'b', 'c']) await cache.set(key, key, 60_000);
    expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual([undefined, 'b', 'c']);
  });

  it('forgets what is deleted', async () => {
    const cache = createLocalCache();
    await cache.set('a', '1', 60_000);
    await cache.delete('a');
    expect(await cache.get('a')).toBeUndefined();
    expect(cache.state()).toBe('local');
    await cache.close();
  });
});

describe('a budget', () => {
  it('allows its limit at once, then one for each part of the window that passed', async () => {
    let now = 0;
    const cache = createLocalCache(10, () => now);
    const take = () => cache.take('login:ann', { limit: 3, windowMs: 3000 });
    expect(await take()).toEqual({ allowed: true, remaining: 2, resetMs: 1000 });
    expect(await take()).toEqual({ allowed: true, remaining: 1, resetMs: 2000 });
    expect(await take()).toEqual({ allowed: true, remaining: 0, resetMs: 3000 });
    expect(await take()).toEqual({ allowed: false, remaining: 0, resetMs: 1000 });
    now = 1000;
    expect(await take()).toMatchObject({ allowed: true, remaining: 0 });
    expect(await take()).toMatchObject({ allowed: false });
    now = 60_000;
    expect(await take()).toMatchObject({ allowed: true, remaining: 2 });
  });

  it('is not spent by refusals', () => {
    const budget = { limit: 1, windowMs: 1000 };
    const first = takeFrom(undefined, budget, 0);
    const refused = takeFrom(first.wholeAt, budget, 500);
    expect(refused.taken).toEqual({ allowed: false, remaining: 0, resetMs: 500 });
    expect(takeFrom(refused.wholeAt, budget, 1000).taken.allowed).toBe(true);
  });

  it('never allows more than twice its limit in a window, whenever it is asked', () => {
    const limit = 5;
    const windowMs = 1000;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }), (pauses) => {
        let now = 0;
        let wholeAt: number | undefined;
        const allowedAt: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const result = takeFrom(wholeAt, { limit, windowMs }, now);
          wholeAt = result.wholeAt;
          if (result.taken.allowed) allowedAt.push(now);
        }
        return allowedAt.every(
          (at) => allowedAt.filter((other) => other >= at && other < at + windowMs).length <= 2 * limit,
        );
      }),
    );
  });
});
