import { Problem } from '@annals/contracts';
import { Cron } from 'croner';

/** Least time between two runs. */
const hourMs = 3_600_000;

/**
 * The times of a schedule, on the clock of its zone. A time that the clock leaps over in spring comes when it has leapt,
 * at once; one that it shows twice in autumn counts the first time, while every hour stays every hour.
 */
const timesOf = (cron: string, timeZone: string): Cron => new Cron(cron, { mode: '5-part', timezone: timeZone });

/** First time after a moment. */
export function nextTime(cron: string, timeZone: string, after: Date): Date | null {
  return timesOf(cron, timeZone).nextRun(after);
}

/** How many times lie after one moment and not after another, counted up to a limit. */
export function countTimes(cron: string, timeZone: string, { after, until }: { after: Date; until: Date }): number {
  const times = timesOf(cron, timeZone);
  let count = 0;
  for (let at = times.nextRun(after); at && at <= until && count < mostCounted; at = times.nextRun(at)) count++;
  return count;
}

/** More than every hour of a year. */
const mostCounted = 10_000;

/**
 * The first time after a moment, for a schedule that somebody wishes.
 * @throws Problem 400 `cron-invalid` for what is no expression, never comes to pass, or comes more often than every hour
 */
export function firstTime(cron: string, timeZone: string, after: Date): Date {
  try {
    // In UTC, because where clocks leap by half an hour two runs of an hourly schedule come closer twice a year.
    const [first, second, third] = timesOf(cron, 'UTC').nextRuns(3, after);
    const tooOften = (a?: Date, b?: Date) => a && b && b.getTime() - a.getTime() < hourMs;
    if (tooOften(first, second) || tooOften(second, third)) throw invalid('comes more often than every hour');
    const next = nextTime(cron, timeZone, after);
    if (next) return next;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw invalid('is no cron expression that is known here', error);
  }
  throw invalid('never comes to pass');
}

const invalid = (why: string, cause?: unknown) =>
  new Problem(400, 'cron-invalid', `The expression ${why}`, {
    fields: [{ path: 'cron', code: 'cron-invalid', message: why }],
    ...(cause === undefined ? {} : { cause }),
  });
