import { type UsageQuery } from '@annals/contracts';
import { type Part, together } from './keep-back.js';

/** An hour on the wall of a time zone, with what was done in it. */
export interface HourRow {
  start: Date;
  end: Date;
  /** Start of its bucket: the same for all hours of one. */
  bucket: Date;
  /** Its start as clocks show it. */
  local: string;
  /** ISO 8601: 1 is Monday. */
  weekday: number;
  hour: number;
  events: number;
  people: string[];
}

export interface Bucket extends Part {
  start: Date;
  end: Date;
  local: string;
}

export interface HourOfWeek extends Part {
  weekday: number;
  hour: number;
}

/** What was done over time, cut in every way that is told of. */
export interface Timeline {
  whole: Part;
  series: readonly Bucket[];
  hours: readonly HourOfWeek[];
  /** Monday to Friday, and the rest. */
  workdays: Part;
  weekend: Part;
}

/** Hours in order, cut by bucket and by hour of the week. `others`: further families of the whole. */
export function timelineOf(
  rows: readonly HourRow[],
  bucket: UsageQuery['bucket'],
  others: readonly (readonly Part[])[],
): Timeline {
  const parts = new Map(rows.map((row) => [row, { events: row.events, people: new Set(row.people), families: [] }]));
  const of = (some: readonly HourRow[] = [], families: Part['families'] = []) =>
    together(
      some.map((row) => parts.get(row)!),
      families,
    );
  const buckets = [...Map.groupBy(rows, (row) => row.bucket.getTime()).values()].map((inside) => ({
    first: inside[0]!,
    part: { ...of(inside), start: inside[0]!.start, end: inside.at(-1)!.end, local: inside[0]!.local },
  }));
  const seriesOf = (weekday: number, hour?: number) =>
    buckets
      .filter(({ first }) => first.weekday === weekday && (hour === undefined || first.hour === hour))
      .map(({ part }) => part);
  // All Mondays add up to the days that are Mondays and to the hours of Mondays: that makes them a whole of its own.
  const hoursByDay = weekdays.map((weekday) => {
    const ofDay = Map.groupBy(
      rows.filter((row) => row.weekday === weekday),
      (row) => row.hour,
    );
    return Array.from({ length: 24 }, (_, hour) => ({
      ...of(ofDay.get(hour), bucket === 'hour' ? [seriesOf(weekday, hour)] : []),
      ...{ weekday, hour },
    }));
  });
  const days = hoursByDay.map((hours, index) =>
    together(hours, bucket === 'day' ? [hours, seriesOf(index + 1)] : [hours]),
  );
  const [workdays, weekend] = [
    together(days.slice(0, 5), [days.slice(0, 5)]),
    together(days.slice(5), [days.slice(5)]),
  ];
  const series = buckets.map(({ part }) => part);
  const longer = bucket === 'week' || bucket === 'month' ? [series] : [];
  const whole = together([workdays, weekend], [[workdays, weekend], ...longer, ...others]);
  return { whole, series, hours: hoursByDay.flat(), workdays, weekend };
}

const weekdays = [1, 2, 3, 4, 5, 6, 7];
