import { churnFactors } from '@annals/contracts';
import { featuresOf, vectorOf } from '../features.js';
import { type Observed, standingOf } from '../observed.js';
import { type ChurnModel } from '../score.js';
import { cohortOf, observe, wentAway } from './cohorts.js';
import { type Example, fit } from './fit.js';

/** What the committed model was trained with. */
export const training = { seed: 20_260_301, people: 4_000 } as const;

/** Somebody to judge, and what became of them. */
export interface Case {
  observed: Observed;
  gone: boolean;
}

/** Of a made-up cohort, everybody of whom something can be said. */
export function casesOf(seed: number, people: number, ahead = 0): Case[] {
  return cohortOf(seed, people)
    .map((life) => ({ observed: observe(life, ahead), gone: wentAway(life, ahead) }))
    .filter(({ observed }) => standingOf(observed) === 'known');
}

/** @param today RFC 3339 date that the model will say it was trained on */
export function train({ seed, people }: { seed: number; people: number }, today: string): ChurnModel {
  const cases = casesOf(seed, people);
  const vectors = cases.map(({ observed }) => vectorOf(featuresOf(observed)));
  const scales = churnFactors.map((_, index) => scaleOf(vectors.map((vector) => vector[index]!)));
  const examples = cases.map(({ gone }, index): Example => {
    const values = vectors[index]!.map((value, place) => (value - scales[place]!.mean) / scales[place]!.deviation);
    return { values, gone };
  });
  const { intercept, weights } = fit(examples);
  const factors = churnFactors.map((factor, index) => [factor, { ...scales[index]!, weight: weights[index]! }]);
  return {
    ...{ trained_on: today, seed, people, intercept },
    factors: Object.fromEntries(factors) as ChurnModel['factors'],
  };
}

function scaleOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
