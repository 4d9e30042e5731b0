import { churnFactors } from '@annals/contracts';
import fc from 'fast-check';
import { churnModel } from './coefficients.js';
import { featuresOf } from './features.js';
import { goneDays, leastTenureDays, type Observed, observedDays, standingOf } from './observed.js';
import { logistic, riskOf } from './score.js';

/** Somebody who is there on the days of a pattern, the latest day first. */
const someone = (pattern: string, over: Partial<Observed> = {}): Observed => ({
  active: pattern.repeat(observedDays).slice(0, observedDays),
  ...{ quarters: 12, tenureDays: 200, rating: null, ...over },
});
const away = (days: number, pattern: string): Observed => ({
  ...someone(pattern),
  active: ('0'.repeat(days) + pattern.repeat(observedDays)).slice(0, observedDays),
});
const anyone = fc.record({
  active: fc
    .array(fc.constantFrom('0', '1'), { minLength: observedDays, maxLength: observedDays })
    .map((days) => days.join('')),
  quarters: fc.integer({ min: 1, max: 96 }),
  tenureDays: fc.integer({ min: 0, max: 4000 }),
  rating: fc.option(fc.integer({ min: 1, max: 5 })),
});

describe('a risk', () => {
  it('is explained in full: what the factors add sums to the score', () =>
    fc.assert(
      fc.property(anyone, (observed) => {
        fc.pre(standingOf(observed) === 'known');
        const { probability, score, contributions } = riskOf(observed, churnModel);
        const sum = churnFactors.reduce((all, factor) => all + contributions[factor], churnModel.intercept);
        expect(sum).toBeCloseTo(score, 9);
        expect(logistic(score)).toBeCloseTo(probability, 12);
        expect(Object.values(featuresOf(observed)).every(Number.isFinite)).toBe(true);
      }),
    ));

  it('grows with each day away', () => {
    const risks = Array.from({ length: goneDays - 1 }, (_, days) => riskOf(away(days, '1100110'), churnModel).score);
    expect(risks).toEqual([...risks].sort((a, b) => a - b));
  });

  it('goes by a person’s own rhythm: a week away is nothing for some', () => {
    const weekly = away(6, '1000000');
    const daily = away(6, '1');
    expect(featuresOf(weekly).recency).toBeLessThan(featuresOf(daily).recency / 2);
    // The weekend says nothing of somebody who comes on working days only.
    const worker = away(2, '1111100');
    expect(featuresOf(worker).recency).toBeLessThan(0.25);
  });

  it.each([
    ['rating', { rating: 5 }, { rating: 1 }],
    ['tenure', { tenureDays: 300 }, { tenureDays: 90 }],
    ['breadth', { quarters: 40 }, { quarters: 4 }],
  ])('is lower with more %s', (_, more, less) =>
    expect(riskOf(someone('1100110', more), churnModel).score).toBeLessThan(
      riskOf(someone('1100110', less), churnModel).score,
    ),
  );

  it.each([
    ['trend', '1111111' + '1111111' + '1000100'.repeat(10), '1000100'.repeat(2) + '1111111'.repeat(10)],
    ['frequency', '1', '1000000'],
    ['regularity', '1000000', '1000000'.repeat(1) + '0100000' + '0010000'.repeat(10)],
  ] as const)('has more %s in %s than in %s', (factor, more, less) =>
    expect(featuresOf(someone(more))[factor]).toBeGreaterThan(featuresOf(someone(less))[factor]),
  );

  it('uses nothing about a person but when they were there and how they rated', () => {
    expect(Object.keys(someone('1')).sort()).toEqual(['active', 'quarters', 'rating', 'tenureDays']);
  });
});

describe('of some people nothing can be said', () => {
  it.each([
    ['too_new', someone('1', { tenureDays: leastTenureDays - 1 })],
    ['too_new', someone('0', { tenureDays: -1 })],
    ['known', someone('1', { tenureDays: leastTenureDays })],
    ['known', away(goneDays - 1, '1')],
    ['gone', away(goneDays, '1')],
  ])('%s', (standing, observed) => expect(standingOf(observed)).toBe(standing));
});
