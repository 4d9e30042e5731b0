import { type ActivityConfig } from '../config.js';
import { dueUntil, inForce, ofEachClass, termsOf, type Terms } from './terms.js';

const terms: Terms = {
  house: { activity: 365, analytics: 365, audit: 730, security: 365 },
  floors: { activity: 1, analytics: 1, audit: 400, security: 30 },
};

describe('terms', () => {
  it('are the account’s where it chose, else the house’s', () =>
    expect(inForce(terms, { ...ofEachClass(() => null), activity: 7 })).toEqual({ ...terms.house, activity: 7 }));

  it('are no shorter than a floor that was raised after the choice', () =>
    expect(
      inForce(
        { ...terms, floors: { ...terms.floors, audit: 500 } },
        ofEachClass(() => 400),
      ).audit,
    ).toBe(500));

  it('of the house are no shorter than its own floor', () => {
    const floor = { AUDIT_RETENTION_DAYS: 730, AUDIT_RETENTION_FLOOR_DAYS: 900 } as ActivityConfig;
    expect(termsOf(floor)).toMatchObject({ house: { audit: 900 }, floors: { audit: 900 } });
  });

  it('reach back whole days, in UTC', () => {
    expect(dueUntil(new Date('2026-03-10T15:00:00Z'), 7).toISOString()).toBe('2026-03-03T00:00:00.000Z');
    expect(dueUntil(new Date('2026-03-10T00:00:00Z'), 1).toISOString()).toBe('2026-03-09T00:00:00.000Z');
  });
});
