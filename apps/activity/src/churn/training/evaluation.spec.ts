import { type ChurnFactor, churnFactors } from '@annals/contracts';
import { churnModel } from '../coefficients.js';
import { type ChurnModel, riskOf } from '../score.js';
import { type Case, casesOf, train, training } from './train.js';
import { auc, calibrationError } from './measures.js';

jest.setTimeout(180_000);

/** Cohorts that the model has never seen, and what is asked of it; docs/churn-model.md says the same. */
const heldOut = [301, 302, 303] as const;
const people = 2_000;
const bars = { auc: 0.87, better: 0.015, betterEarly: 0.05, calibration: 0.03, zones: 0.02 };
const signs: Record<ChurnFactor, 1 | -1> = {
  ...{ recency: 1, trend: -1, frequency: -1, breadth: -1, tenure: -1, regularity: -1, rating: -1 },
};

const byModel = (cases: readonly Case[], model: ChurnModel = churnModel) =>
  cases.map(({ observed, gone }) => ({ score: riskOf(observed, model).probability, gone }));
/** What everybody would guess: the longer away, the likelier gone. */
const byRecency = (cases: readonly Case[]) =>
  cases.map(({ observed, gone }) => ({ score: observed.active.indexOf('1'), gone }));

describe('the model of churn', () => {
  const cohorts = new Map<string, Case[]>();
  const cohort = (seed: number, ahead = 0): Case[] => {
    const key = `${seed} ${ahead}`;
    const cases = cohorts.get(key) ?? casesOf(seed, people, ahead);
    cohorts.set(key, cases);
    return cases;
  };

  it('comes out of its training again, to the digits that matter', () => {
    const again = train(training, churnModel.trained_on);
    expect({ seed: again.seed, people: again.people }).toEqual({ seed: churnModel.seed, people: churnModel.people });
    expect(again.intercept).toBeCloseTo(churnModel.intercept, 8);
    for (const factor of churnFactors) {
      const [found, committed] = [again.factors[factor], churnModel.factors[factor]];
      expect(found.mean).toBeCloseTo(committed.mean, 8);
      expect(found.deviation).toBeCloseTo(committed.deviation, 8);
      expect(found.weight).toBeCloseTo(committed.weight, 8);
    }
  });

  it.each(churnFactors)('lets %s move the risk the way that is said', (factor) =>
    expect(Math.sign(churnModel.factors[factor].weight)).toBe(signs[factor]),
  );

  it.each(heldOut)('tells those who go from those who stay in cohort %i, better than days away do', (seed) => {
    const cases = cohort(seed);
    expect(auc(byModel(cases))).toBeGreaterThanOrEqual(bars.auc);
    expect(auc(byModel(cases)) - auc(byRecency(cases))).toBeGreaterThanOrEqual(bars.better);
    const early = cases.filter(({ observed }) => observed.active.indexOf('1') < 7);
    expect(auc(byModel(early)) - auc(byRecency(early))).toBeGreaterThanOrEqual(bars.betterEarly);
  });

  it.each(heldOut)('says in cohort %i what comes true', (seed) => {
    const cases = cohort(seed);
    expect(calibrationError(byModel(cases))).toBeLessThanOrEqual(bars.calibration);
    const share = (band: string) => {
      const inside = cases.filter(({ observed }) => riskOf(observed, churnModel).band === band);
      return inside.filter(({ gone }) => gone).length / inside.length;
    };
    expect(share('low')).toBeLessThan(0.25);
    expect(share('medium')).toBeGreaterThan(share('low'));
    expect(share('high')).toBeGreaterThan(Math.max(0.5, share('medium')));
  });

  it.each([
    ['five and three quarter hours ahead', 23],
    ['eight hours behind', -32],
    ['fourteen hours ahead', 56],
  ])('judges as well by a clock %s', (_, ahead) => {
    const seed = heldOut[0];
    expect(Math.abs(auc(byModel(cohort(seed, ahead))) - auc(byModel(cohort(seed))))).toBeLessThanOrEqual(bars.zones);
    expect(calibrationError(byModel(cohort(seed, ahead)))).toBeLessThanOrEqual(bars.calibration);
  });
});

describe('the measures', () => {
  const judged = (pairs: [number, boolean][]) => pairs.map(([score, gone]) => ({ score, gone }));

  it('are those of textbooks', () => {
    expect(
      auc(
        judged([
          [0.9, true],
          [0.8, false],
          [0.7, true],
          [0.1, false],
        ]),
      ),
    ).toBe(0.75);
    expect(
      auc(
        judged([
          [0.5, true],
          [0.5, false],
        ]),
      ),
    ).toBe(0.5);
    expect(
      calibrationError(
        judged([
          [0.25, true],
          [0.25, false],
          [0.25, false],
          [0.25, false],
        ]),
      ),
    ).toBe(0);
    expect(
      calibrationError(
        judged([
          [1, false],
          [0.05, false],
        ]),
      ),
    ).toBeCloseTo(0.525);
  });
});
