import { daysAfter, daysBetween, mondayOf, startOfDay } from '../local-time/clock.js';

export type FeedbackBucket = 'day' | 'week' | 'month';

/** A part of a period, as moments; `from` is the day on the wall that it is called by. */
export interface Bucket {
  from: string;
  starts: Date;
  ends: Date;
}

const firstOf = {
  day: (day: string) => day,
  week: mondayOf,
  month: (day: string) => `${day.slice(0, 7)}-01`,
};

/** A period in days, weeks from Monday on, or months, by the clock on the wall; the first and last may be cut short. */
export function bucketsOf(zone: string, from: string, to: string, bucket: FeedbackBucket): Bucket[] {
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => daysAfter(from, index));
  const begins = days.filter((day, index) => index === 0 || firstOf[bucket](day) === day);
  const edges = [...begins, daysAfter(to, 1)].map((day) => startOfDay(zone, day));
  return begins.map((day, index) => ({
    from: firstOf[bucket](day),
    starts: edges[index]!,
    ends: edges[index + 1]!,
  }));
}
