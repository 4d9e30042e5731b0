import fc from 'fast-check';
import { countCohorts, countDays, countWeeks } from './count.js';
import { type Presence, type WeekCount } from './read-presence.js';
import { type Counted, withheld } from './suppress.js';

const weekDays = ['2026-03-02', '2026-03-09', '2026-03-16', '2026-03-23'];
const period = { zone: 'UTC', from: weekDays[0]!, to: '2026-03-29' };

/** Groups of people with the same weeks: since which week they are known, and in which they were active. */
type Group = { people: number; weeks: number[] };
function countedOf(groups: readonly Group[]): Counted {
  const counts = new Map<string, WeekCount>();
  for (const { people, weeks } of groups) {
    const sorted = [...new Set(weeks)].sort((a, b) => a - b);
    for (const week of sorted) {
      const first = sorted[0]!;
      const cohort = first < 0 ? null : weekDays[first]!;
      const key = `${cohort} ${week}`;
      const day = new Date(Date.parse(weekDays[0]!) + week * 7 * 86_400_000).toISOString().slice(0, 10);
      const known = counts.get(key) ?? { kind: 'week' as const, day, cohort, people: 0, before: 0, gone: 0 };
      known.people += people;
      if (sorted.includes(week - 1)) known.before += people;
      if (!sorted.includes(week + 1)) known.gone += people;
      counts.set(key, known);
    }
  }
  const presence: Presence = { since: '2026-02-01', days: [], weeks: [...counts.values()], firstSeen: null };
  return {
    days: countDays(presence, period),
    weeks: countWeeks(presence, period, '2026-03-29'),
    cohorts: countCohorts(presence, period),
  };
}

describe('what is withheld of an account', () => {
  it('are days with fewer than five people, and the stickiness made of them', () => {
    const day = { day: '2026-03-01', stickiness: 0.2, suppressed: false };
    const days = [
      { ...day, dau: 5, wau: 9, mau: 25 },
      { ...day, dau: 4, wau: 9, mau: 25 },
      { ...day, dau: 0, wau: 4, mau: 5, stickiness: 0 },
    ];
    expect(withheld({ days, weeks: [], cohorts: [] }).days).toEqual([
      days[0],
      { ...days[1], dau: null, stickiness: null, suppressed: true },
      { ...days[2], wau: null, suppressed: true },
    ]);
  });

  it('is nothing where everything is of five people or more', () => {
    const counted = countedOf([
      { people: 8, weeks: [-1, 0, 1, 2, 3] },
      { people: 6, weeks: [0, 1] },
    ]);
    expect(withheld(counted)).toEqual(counted);
  });

  it('are all parts of a week when one of them is small: the others would give it away', () => {
    const counted = countedOf([
      { people: 8, weeks: [-1, 0, 1, 2, 3] },
      { people: 3, weeks: [-1, 0] },
    ]);
    const { weeks } = withheld(counted);
    expect(weeks[0]).toMatchObject({ active: 11, new: 0, returning: 11, lapsed: 0, suppressed: false });
    expect(weeks[1]).toMatchObject({ active: 8, new: null, returning: null, lapsed: null, suppressed: true });
  });

  it('is a small cohort, and the next smallest with it', () => {
    const counted = countedOf([
      { people: 2, weeks: [0, 1] },
      { people: 6, weeks: [0] },
      { people: 7, weeks: [1, 2] },
      { people: 9, weeks: [-1, 0, 1, 2, 3] },
      { people: 6, weeks: [-1, 0, 1] },
    ]);
    const { cohorts, weeks } = withheld(counted);
    expect(weeks.map(({ suppressed }) => suppressed)).toEqual([false, false, false, false]);
    expect(cohorts[0]!.retention.map(({ active }) => active)).toEqual([8, null, 0, 0]);
    expect(cohorts[1]!.retention.map(({ active }) => active)).toEqual([7, 7, 0]);
  });

  it('leaves no small number, and none that the others give away', () => {
    const group = fc.record({
      people: fc.integer({ min: 1, max: 9 }),
      weeks: fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(group, { maxLength: 7 }), (groups) => {
        const counted = countedOf(groups);
        const { weeks, cohorts } = withheld(counted);
        const few = (people: number | null) => people !== null && people > 0 && people < 5;
        for (const [index, week] of weeks.entries()) {
          const parts = [week.new, week.returning, week.resurrected, week.lapsed];
          expect([week.active, ...parts].some(few)).toBe(false);
          // All are told, or none of them.
          expect(new Set(parts.map((part) => part === null)).size).toBe(1);
          const before = cohorts.slice(0, index).map((cohort, first) => cohort.retention[index - first]!);
          expect([...before, cohorts[index]!.retention[0]!].some(({ active }) => few(active))).toBe(false);
          if (week.new === null) {
            expect(cohorts[index]).toMatchObject({ size: null, suppressed: true });
            expect(before.every(({ active, suppressed }) => active === null && suppressed)).toBe(true);
            expect(cohorts[index]!.retention.every(({ share }) => share === null)).toBe(true);
          } else {
            // What a reader can find by taking away from the active people whatever is told.
            const told = before.reduce((sum, { active }) => sum + (active ?? 0), 0);
            expect(few(week.active! - week.new - told)).toBe(false);
            const rest = counted.cohorts
              .slice(0, index)
              .reduce((sum, cohort, first) => sum + cohort.retention[index - first]!.active!, week.new);
            const secrets = before.filter(({ active }) => active === null).length;
            if (secrets > 0) expect(secrets + (week.active! > rest ? 1 : 0)).toBeGreaterThan(1);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
