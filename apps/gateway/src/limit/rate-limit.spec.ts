import { createRateLimit } from './rate-limit.js';

describe('the rate limit', () => {
  let time = 0;
  const make = (quota: number, maxCallers?: number) =>
    createRateLimit({ name: 'user', quota, windowSeconds: 60, now: () => time, maxCallers });

  it('counts each caller apart and allows one more for each part of the window that passes', () => {
    const limit = make(2)!;
    time = 0;
    expect(limit.policy).toBe('"user";q=2;w=60');
    expect(limit.take('a')).toEqual({ allowed: true, remaining: 1, resetSeconds: 30 });
    expect(limit.take('a')).toEqual({ allowed: true, remaining: 0, resetSeconds: 60 });
    expect(limit.take('a')).toEqual({ allowed: false, remaining: 0, resetSeconds: 30 });
    expect(limit.take('b').allowed).toBe(true);
    time = 30_000;
    expect(limit.take('a').allowed).toBe(true);
    expect(limit.take('a').allowed).toBe(false);
  });

  it('remembers a bounded number of callers', () => {
    const limit = make(1, 2)!;
    for (const caller of ['a', 'b', 'c']) limit.take(caller);
    expect(limit.take('c').allowed).toBe(false);
    expect(limit.take('a').allowed).toBe(true);
  });

  it('is not there when the quota is 0', () => {
    expect(make(0)).toBeNull();
  });
});
