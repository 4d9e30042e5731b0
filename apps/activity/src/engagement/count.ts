import { type EngagementCohort, type EngagementDay, type EngagementWeek } from '@annals/contracts';
import { daysAfter, daysBetween } from '../local-time/clock.js';
import { type Period } from './period.js';
import { type DayCount, type Presence, weeksOf } from './read-presence.js';

/** People by day and within the 7 and 30 days that end with it. */
export function countDays({ since, days }: Presence, { from, to }: Period): EngagementDay[] {
  const of = (kind: DayCount['kind']) =>
    new Map(days.filter((count) => count.kind === kind).map(({ day, people }) => [day, people]));
  const [came, out7, out30] = [of('came'), of('out7'), of('out30')];
  let [wau, mau] = [0, 0];
  return Array.from({ length: daysBetween(since, to) + 1 }, (_, index) => daysAfter(since, index))
    .map((day) => {
      const dau = came.get(day) ?? 0;
      wau += dau - (out7.get(day) ?? 0);
      mau += dau - (out30.get(day) ?? 0);
      return { day, dau, wau, mau, stickiness: shareOf(dau, mau), suppressed: false };
    })
    .filter(({ day }) => day >= from);
}

/** How a week's people came to be active in it, and who is missing. */
export function countWeeks({ weeks: counts }: Presence, period: Period, today: string): EngagementWeek[] {
  return weeksOf(period).map((week) => {
    const here = counts.filter(({ day }) => day === week);
    const sum = (of: typeof here, what: 'people' | 'before' | 'gone') =>
      of.reduce((all, count) => all + count[what], 0);
    const active = sum(here, 'people');
    const fresh = sum(
      here.filter(({ cohort }) => cohort === week),
      'people',
    );
    const returning = sum(here, 'before');
    const lastWeek = counts.filter(({ day }) => day === daysAfter(week, -7));
    return {
      ...{ week, complete: daysAfter(week, 6) < today, active, new: fresh, returning },
      ...{ resurrected: active - fresh - returning, lapsed: sum(lastWeek, 'gone'), suppressed: false },
    };
  });
}

/** Of the people first seen in each week, how many were active in it and in the weeks after. */
export function countCohorts({ weeks: counts }: Presence, period: Period): EngagementCohort[] {
  const weeks = weeksOf(period);
  const people = new Map(counts.map((count) => [`${count.cohort} ${count.day}`, count.people]));
  return weeks.map((cohort, first) => {
    const size = people.get(`${cohort} ${cohort}`) ?? 0;
    const retention = weeks.slice(first).map((week, index) => {
      const active = people.get(`${cohort} ${week}`) ?? 0;
      return { week: index, active, share: shareOf(active, size), suppressed: false };
    });
    return { week: cohort, size, retention, suppressed: false };
  });
}

/** Rounded to four places; null of nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}
