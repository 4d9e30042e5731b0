import { longestPeriodDays, Problem } from '@annals/contracts';
import { dayAt, daysAfter, daysBetween } from '../local-time/clock.js';

/** Days on the wall of a time zone, both included. */
export interface Period {
  zone: string;
  from: string;
  to: string;
}

const usualDays = 30;

/**
 * The days that were asked for; the last thirty unless said, and none that are still to come.
 * @throws Problem 400 `period-invalid` when it ends before it begins, or is longer than 400 days
 */
export function periodOf(
  asked: { from?: string | undefined; to?: string | undefined },
  zone: string,
  now: Date,
): Period {
  const today = dayAt(zone, now);
  const to = asked.to === undefined || asked.to > today ? today : asked.to;
  const from = asked.from ?? daysAfter(to, 1 - usualDays);
  if (from > to) throw new Problem(400, 'period-invalid', `The period begins on ${from} and ends before, on ${to}`);
  if (daysBetween(from, to) >= longestPeriodDays) {
    throw new Problem(400, 'period-invalid', `The period is longer than ${longestPeriodDays} days`);
  }
  return { zone, from, to };
}
