const minute = 60_000;
/** The grain of all analytics: some zones are off by 45 minutes, and since 1972 none by anything finer. */
export const quarterMs = 15 * minute;
const dayMs = 24 * 60 * minute;
/** No clock is further from UTC. */
const furthestMs = 15 * 60 * minute;

const calendars = new Map<string, Intl.DateTimeFormat>();

/** The date on the wall of a time zone, as `YYYY-MM-DD`. */
export function dayAt(zone: string, at: Date): string {
  let calendar = calendars.get(zone);
  if (!calendar) {
    // Swedish dates are written as in ISO 8601.
    calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    // Making one costs a thousand times using it. There are some six hundred zones, so this is hardly ever the end of one.
    if (calendars.size === 1000) calendars.clear();
    calendars.set(zone, calendar);
  }
  return calendar.format(at);
}

/**
 * The first quarter hour of a day on the wall of a time zone. Where the clock is put forward at midnight that is not
 * 00:00, and where a whole day was left out (Samoa, 30 December 2011) it is also the first of the next day.
 */
export function startOfDay(zone: string, day: string): Date {
  const midnight = Date.parse(day);
  let before = midnight - furthestMs;
  let after = midnight + furthestMs;
  while (after - before > quarterMs) {
    const middle = before + Math.floor((after - before) / 2 / quarterMs) * quarterMs;
    if (dayAt(zone, new Date(middle)) < day) before = middle;
    else after = middle;
  }
  return new Date(after);
}

/** `count` days later, or earlier when it is negative. */
export function daysAfter(day: string, count: number): string {
  return new Date(Date.parse(day) + count * dayMs).toISOString().slice(0, 10);
}

/** Days from one to another; 0 for the same. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / dayMs;
}

/** The Monday of its week (ISO 8601). */
export function mondayOf(day: string): string {
  return daysAfter(day, -((new Date(day).getUTCDay() + 6) % 7));
}
