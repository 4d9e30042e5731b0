import { mostAnalyticsDays, Problem, type UsageQuery } from '@annals/contracts';
import { dayAt, daysAfter, daysBetween, startOfDay } from '../local-time/clock.js';
import { type Period } from './summed-cells.js';

const usualDays = 30;

/** First and last day, both counted, and the moments they reach over; `previous` are as many days before. */
export interface Days {
  from: string;
  to: string;
  period: Period;
  previous: Period;
}

/**
 * The days that are asked for, on the wall of a time zone.
 * @throws Problem 400 `period-reversed`, `period-too-long`
 */
export function daysOf({ from, to }: Pick<UsageQuery, 'from' | 'to'>, zone: string, now: Date): Days {
  const last = to === undefined ? dayAt(zone, now) : dayOf(to, zone);
  const first = from === undefined ? daysAfter(last, 1 - usualDays) : dayOf(from, zone);
  const count = daysBetween(first, last) + 1;
  if (count < 1) throw new Problem(400, 'period-reversed', 'The period ends before it begins');
  if (count > mostAnalyticsDays) {
    throw new Problem(400, 'period-too-long', `The period may have at most ${mostAnalyticsDays} days`);
  }
  const start = startOfDay(zone, first);
  return {
    ...{ from: first, to: last },
    period: { from: start, to: startOfDay(zone, daysAfter(last, 1)) },
    previous: { from: startOfDay(zone, daysAfter(first, -count)), to: start },
  };
}

/** A moment stands for the day it lies in there. */
const dayOf = (said: string, zone: string) => (said.includes('T') ? dayAt(zone, new Date(said)) : said);
