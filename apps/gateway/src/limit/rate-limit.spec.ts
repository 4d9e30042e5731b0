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

  it('grants the whole quota whatever the clock shows: a sum rounded up once refused the last request', () => {
    for (const quota of [1, 3, 5, 7]) {
      for (let moment = 0; moment < 500; moment++) {
        time = 12_345.678_901 + moment * 1_000.123_457;
        const limit = make(quota)!;
        const answers = Array.from({ length: quota + 1 }, () => limit.take('a').allowed);
        expect([time, quota, answers.filter(Boolean).length, answers.at(-1)]).toEqual([time, quota, quota, false]);
      }
    }
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
