import { type ChurnBand, type ChurnFactor, churnFactors } from '@annals/contracts';
import { featuresOf, vectorOf } from './features.js';
import { type Observed } from './observed.js';

/** A logistic regression: what it was made from, and by how much each factor, in its own unit, moves the score. */
export interface ChurnModel {
  /** RFC 3339 date of the training. */
  trained_on: string;
  /** Of the cohort it was trained with: the same seed gives the same coefficients. */
  seed: number;
  people: number;
  /** Score of somebody who is as the mean in everything. */
  intercept: number;
  factors: Readonly<Record<ChurnFactor, { mean: number; deviation: number; weight: number }>>;
}

export interface Risk {
  /** From 0 to 1: how likely it is that they will not come back within the horizon. */
  probability: number;
  band: ChurnBand;
  /** Log-odds, and what each factor adds to them; with the intercept they sum to the score. */
  score: number;
  contributions: Readonly<Record<ChurnFactor, number>>;
}

/** Where the bands begin. */
const from = { medium: 0.25, high: 0.6 };

/** Judges somebody of whom something can be said. */
export function riskOf(observed: Observed, { intercept, factors }: ChurnModel): Risk {
  const values = vectorOf(featuresOf(observed));
  const added = churnFactors.map((factor, index): [ChurnFactor, number] => {
    const { mean, deviation, weight } = factors[factor];
    return [factor, (weight * (values[index]! - mean)) / deviation];
  });
  const score = added.reduce((sum, [, contribution]) => sum + contribution, intercept);
  const probability = logistic(score);
  const band = probability >= from.high ? 'high' : probability >= from.medium ? 'medium' : 'low';
  return { probability, band, score, contributions: Object.fromEntries(added) as Risk['contributions'] };
}

export const logistic = (score: number): number => 1 / (1 + Math.exp(-score));
