import { type ChurnFactor, churnFactors } from '@annals/contracts';
import { hourDays, type Observed } from './observed.js';

export type Features = Readonly<Record<ChurnFactor, number>>;

const recentDays = 14;
const earlierDays = 28;
const habitDays = 56;

/** What the model sees of somebody of whom something can be said. */
export function featuresOf(observed: Observed): Features {
  const days = [...observed.active].map(Number).slice(0, observed.tenureDays + 1);
  return {
    recency: recencyOf(days),
    trend: trendOf(days),
    frequency: Math.log((sum(days) + 1) / (days.length + 2)),
    breadth: breadthOf(days, observed.quarters),
    tenure: Math.log1p(Math.min(observed.tenureDays, 365)),
    regularity: regularityOf(days),
    rating: observed.rating === null ? 0 : (observed.rating - 3) / 2,
  };
}

/** The same in the order of the factors. */
export const vectorOf = (features: Features): number[] => churnFactors.map((factor) => features[factor]);

/**
 * How many of their usual visits they have missed since they were last there, as a logarithm: after two missed weekends
 * somebody who comes at weekends is as far away as somebody who comes every day is after four days. How usual a visit is
 * on a weekday is drawn to the person's rate over all days while few weeks are known.
 */
function recencyOf(days: readonly number[]): number {
  const last = days.indexOf(1);
  const before = days.slice(last);
  const rate = (sum(before) + 1) / (before.length + 2);
  const usual = Array.from({ length: 7 }, (_, weekday) => {
    const same = before.filter((_day, index) => (index + last) % 7 === weekday);
    return (sum(same) + 2 * rate) / (same.length + 2);
  });
  return Math.log1p(sum(days.slice(0, last).map((_day, ago) => usual[ago % 7]!)));
}

/**
 * Active days of the two weeks up to their last visit as against those of the four weeks before, as a logarithm; 0 is as
 * many. How long they have been away since is a matter of `recency` alone.
 */
function trendOf(days: readonly number[]): number {
  const last = days.indexOf(1);
  const [recent, earlier] = [days.slice(last, last + recentDays), days.slice(last + recentDays).slice(0, earlierDays)];
  const rate = (some: readonly number[]) => (sum(some) + 1) / (some.length + 2);
  return earlier.length === 0 ? 0 : Math.log(rate(recent) / rate(earlier));
}

/** Different hours for each active day, as a logarithm: long and varied visits as against short ones at the same hour. */
function breadthOf(days: readonly number[], quarters: number): number {
  const last = days.indexOf(1);
  return Math.log((quarters + 1) / (sum(days.slice(last, last + hourDays)) + 1));
}

/** How much of the weekdays they used to come on they kept in the last two weeks: 1 is all of it, at most 2. */
function regularityOf(days: readonly number[]): number {
  const earlier = days.slice(recentDays, recentDays + habitDays);
  let [kept, usual] = [0, 0];
  for (let weekday = 0; weekday < 7; weekday++) {
    const habit = mean(earlier.filter((_, index) => index % 7 === weekday));
    kept += habit * mean(days.slice(0, recentDays).filter((_, index) => index % 7 === weekday));
    usual += habit * habit;
  }
  return usual === 0 ? 1 : Math.min(2, kept / usual);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);
