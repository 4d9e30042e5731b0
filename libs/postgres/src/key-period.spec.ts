import { endOfPeriod, periodOf } from './key-period.js';

describe('the period of a key', () => {
  it('is a month for what is kept for a short time, and a year for the rest, in UTC', () => {
    const now = new Date('2026-12-31T23:59:59.999Z');
    expect([periodOf('security', now), periodOf('analytics', now)]).toEqual(['2026-12', '2026-12']);
    expect(periodOf('profile', now)).toBe('2026');
  });

  it('ends where the next begins', () => {
    expect(endOfPeriod('2026-02').toISOString()).toBe('2026-03-01T00:00:00.000Z');
    expect(endOfPeriod('2026-12').toISOString()).toBe('2027-01-01T00:00:00.000Z');
    expect(endOfPeriod('2026').toISOString()).toBe('2027-01-01T00:00:00.000Z');
    expect(() => endOfPeriod('soon')).toThrow('no period');
  });
});
