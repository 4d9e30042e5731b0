import {
  mostBreakdownLines,
  type Usage,
  type UsageBreakdown,
  type UsageBucket,
  type UsageCount,
  type UsageQuery,
} from '@annals/contracts';
import { tooFew } from '../suppression/hidden-cells.js';
import { keepBack, type Part } from './keep-back.js';
import { type NamedPart, type UsageRead } from './read-usage.js';
import { type Bucket, timelineOf } from './timeline.js';

export type CountedUsage = Pick<
  Usage,
  'total' | 'series' | 'by_category' | 'by_device' | 'by_source' | 'by_type' | 'peaks' | 'patterns'
>;

/** What was read as it may be told: of an account without what would tell of fewer than five people. */
export function usageAnswer(read: UsageRead, scope: UsageQuery['scope'], bucket: UsageQuery['bucket']): CountedUsage {
  const { source, category, device, type } = read.breakdowns;
  const timeline = timelineOf(read.hours, bucket, [source, category, device, type]);
  const { whole, workdays, weekend } = timeline;
  // What the filters leave out is the difference to the answer without them.
  const gaveAway = tooFew(whole.people.size) || tooFew(read.outside.people.size);
  const kept = scope === 'self' ? new Set<Part>() : keepBack(whole, gaveAway);
  const told = (part: Part): UsageCount =>
    kept.has(part) ? { events: null, suppressed: true } : { events: part.events, suppressed: false };
  const bucketOf = (one: Bucket): UsageBucket => ({
    ...{ start: one.start.toISOString(), end: one.end.toISOString(), local: one.local, ...told(one) },
  });
  const lines = (parts: readonly NamedPart[], named: boolean) => breakdownOf(parts, kept, named);
  const busiest = [...timeline.series]
    .filter((one) => one.events > 0 && !kept.has(one))
    .sort((a, b) => b.events - a.events)[0];
  const total = told(whole);
  const previous =
    scope === 'account' && (tooFew(read.previous.people.size) || tooFew(read.previousOutside.people.size))
      ? { events: null, suppressed: true }
      : { events: read.previous.events, suppressed: false };
  const share = (part: Part) => (kept.has(part) || whole.events === 0 ? null : part.events / whole.events);
  return {
    total,
    series: timeline.series.map(bucketOf),
    ...{ by_category: lines(category, false), by_device: lines(device, true) },
    ...{ by_source: lines(source, true), by_type: lines(type, false) },
    peaks: {
      busiest: busiest ? bucketOf(busiest) : null,
      hours: timeline.hours.map((one) => ({ weekday: one.weekday, hour: one.hour, ...told(one) })),
    },
    patterns: {
      ...{ weekday_share: share(workdays), weekend_share: share(weekend) },
      ...{ previous, trend: trendOf(total.events, previous.events) },
    },
  };
}

/** @param named whether a suppressed part keeps its name; a word that a client made up could itself tell of a person */
function breakdownOf(parts: readonly NamedPart[], kept: ReadonlySet<Part>, named: boolean): UsageBreakdown {
  const shown = parts.filter((part) => !kept.has(part)).slice(0, mostBreakdownLines);
  const unsaid = parts.filter((part) => kept.has(part));
  const without = { events: null, suppressed: true };
  const rest = named
    ? unsaid.map(({ name }) => ({ key: name, ...without }))
    : unsaid.slice(0, 1).map(() => ({ key: null, ...without }));
  return [...shown.map(({ name, events }) => ({ key: name, events, suppressed: false })), ...rest];
}

const trendOf = (now: number | null, before: number | null): number | null =>
  now === null || before === null || before === 0 ? null : (now - before) / before;
