import { type EngagementCohort, type EngagementDay, type EngagementWeek } from '@annals/contracts';
import { daysAfter } from '../local-time/clock.js';
import { hiddenCells, tooFew } from '../suppression/hidden-cells.js';

/** Numbers before anything of them is withheld. */
export interface Counted {
  days: EngagementDay[];
  weeks: EngagementWeek[];
  cohorts: EngagementCohort[];
}

const unlessFew = (people: number | null): number | null => (people !== null && tooFew(people) ? null : people);

/**
 * Withholds what tells of fewer than five people, also what would let them be found by subtraction. A week's active people
 * are its new, returning and resurrected ones; those of the week before are its returning and lapsed ones; and they are
 * the active people of all cohorts. So one small part hides all parts of the week; a small cohort hides the next smallest.
 */
export function withheld({ days, weeks, cohorts }: Counted): Counted {
  const columns = new Map(weeks.map((week) => [week.week, columnOf(week, cohorts)]));
  return {
    days: days.map(withheldDay),
    weeks: weeks.map((week) => withheldWeek(week, columns)),
    cohorts: cohorts.map((cohort) => withheldCohort(cohort, columns)),
  };
}

function withheldDay(day: EngagementDay): EngagementDay {
  const [dau, wau, mau] = [unlessFew(day.dau), unlessFew(day.wau), unlessFew(day.mau)];
  const suppressed = dau === null || wau === null || mau === null;
  return { day: day.day, dau, wau, mau, stickiness: dau === null || mau === null ? null : day.stickiness, suppressed };
}

/** What is withheld of one week: everything but how many were active, or some of the cohorts. */
interface Column {
  whole: boolean;
  cohorts: ReadonlySet<string>;
}

function columnOf(
  { week, active, new: fresh, returning, resurrected, lapsed }: EngagementWeek,
  cohorts: readonly EngagementCohort[],
): Column {
  const older = cohorts
    .filter((cohort) => cohort.week < week)
    .map((cohort) => ({ cohort: cohort.week, people: activeIn(cohort, week) }));
  // People of cohorts from before the period are what is left; nobody is shown them, but anybody can subtract.
  const rest = active! - fresh! - older.reduce((sum, { people }) => sum + people, 0);
  const { hidden, wholeToo } = hiddenCells([...older.map(({ people }) => people), rest]);
  const whole = wholeToo || [active, fresh, returning, resurrected, lapsed].some((people) => tooFew(people!));
  return { whole, cohorts: new Set(older.filter((_, index) => hidden[index]).map(({ cohort }) => cohort)) };
}

function activeIn({ week: first, retention }: EngagementCohort, week: string): number {
  return retention.find((cell) => daysAfter(first, 7 * cell.week) === week)?.active ?? 0;
}

function withheldWeek(week: EngagementWeek, columns: ReadonlyMap<string, Column>): EngagementWeek {
  if (!columns.get(week.week)!.whole) return week;
  const parts = { new: null, returning: null, resurrected: null, lapsed: null };
  return { ...week, ...parts, active: unlessFew(week.active), suppressed: true };
}

function withheldCohort(
  { week: first, size, retention }: EngagementCohort,
  columns: ReadonlyMap<string, Column>,
): EngagementCohort {
  const sizeToo = columns.get(first)!.whole;
  const cells = retention.map((cell) => {
    const { whole, cohorts } = columns.get(daysAfter(first, 7 * cell.week))!;
    const suppressed = whole || cohorts.has(first);
    return {
      ...cell,
      active: suppressed ? null : cell.active,
      share: suppressed || sizeToo ? null : cell.share,
      suppressed,
    };
  });
  return { week: first, size: sizeToo ? null : size, retention: cells, suppressed: sizeToo };
}
