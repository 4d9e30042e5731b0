import { daysAfter, daysBetween, quarterMs, startOfDay } from '../local-time/clock.js';
import { bitsOf, quartersOfDay } from './present-days.js';

/** Which quarter hours of a day of UTC belong to a day on the wall. */
export interface DayMask {
  /** Day on the wall. */
  day: string;
  /** Day of UTC. */
  utc: string;
  /** As a `bit(96)`. */
  mask: string;
}

/**
 * The days from one to another, both included, in a time zone, as parts of the days that presence is kept by. Whole days
 * are joined from parts this way, so a day that the clock makes shorter or longer is one, with exactly its quarter hours.
 */
export function dayMasks(zone: string, from: string, to: string): DayMask[] {
  const count = daysBetween(from, to) + 1;
  const edges = Array.from({ length: count + 1 }, (_, index) => quarterAt(zone, daysAfter(from, index)));
  return edges.slice(0, -1).flatMap((start, index) => partsOf(daysAfter(from, index), start, edges[index + 1]!));
}

const quarterAt = (zone: string, day: string): number => startOfDay(zone, day).getTime() / quarterMs;

/** @param start number of its first quarter hour since 1970; @param end of the first that is not its own */
function partsOf(day: string, start: number, end: number): DayMask[] {
  const parts: DayMask[] = [];
  for (let first = start; first < end;) {
    const utcDay = Math.floor(first / quartersOfDay);
    const last = Math.min(end, (utcDay + 1) * quartersOfDay);
    const quarters = new Set<number>();
    for (let quarter = first; quarter < last; quarter++) quarters.add(quarter % quartersOfDay);
    const utc = new Date(utcDay * quartersOfDay * quarterMs).toISOString().slice(0, 10);
    parts.push({ day, utc, mask: bitsOf(quarters) });
    first = last;
  }
  return parts;
}
