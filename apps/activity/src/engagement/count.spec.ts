import { type EngagementDay, type EngagementWeek } from '@annals/contracts';
import { type EventSketch, project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import fc from 'fast-check';
import { memberOf } from '../analytics/member.js';
import { dayAt, daysAfter, mondayOf } from '../local-time/clock.js';
import { countCohorts, countDays, countWeeks } from './count.js';
import { dayMasks } from './day-masks.js';
import { periodOf } from './period.js';
import { presenceProjection } from './presence.js';
import { readPresence } from './read-presence.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const people = Array.from({ length: 6 }, (_, index) => `018f0000-0000-7000-8000-0000000000b${index}`);
const secret = Buffer.alloc(32, 7);
const presence = presenceProjection(secret);
const database = testDatabase({ service: 'activity', projections: [presence] });

type Life = [who: number, at: Date][];
const sketches = (life: Life): EventSketch[] =>
  life.map(([who, at]) => ({
    ...{ type: 'ProfileUpdated', stream: `profile-${acme}_${who}`, account_id: acme },
    metadata: {
      occurred_at: at.toISOString(),
      actor: { user_id: people[who]!, session_id: null, kind: 'user', on_behalf_of: null },
    },
  }));

let past = storedEvents([]);
async function lived(life: Life): Promise<void> {
  const events = storedEvents(sketches(life), past);
  past = [...past, ...events];
  for (const table of ['presence', 'members']) await rowsOf(database().pool, acme, `delete from presence_v2.${table}`);
  await project(database().pool, presence, events);
}

async function counted(zone: string, from: string, to: string, who: number | null = null) {
  const period = { zone, from, to };
  const member = who === null ? null : memberOf(secret, acme, people[who]!);
  const found = await readPresence(database().pool, { accountId: acme, member }, period);
  return {
    days: countDays(found, period),
    weeks: countWeeks(found, period, '2027-01-01'),
    cohorts: countCohorts(found, period),
    firstSeen: found.firstSeen,
  };
}

/** The same, counted one by one from what happened and the clock on the wall. */
function byHand(life: Life, zone: string, from: string, to: string) {
  const local = life.map(([who, at]) => ({ who, day: dayAt(zone, at) }));
  const within = (first: string, last: string) =>
    new Set(local.filter(({ day }) => day >= first && day <= last).map(({ who }) => who));
  const firstDay = (who: number) =>
    local
      .filter((one) => one.who === who)
      .map(({ day }) => day)
      .sort()[0]!;
  const size = (set: Set<number>, keep: (who: number) => boolean = () => true) => [...set].filter(keep).length;
  const days: Pick<EngagementDay, 'day' | 'dau' | 'wau' | 'mau'>[] = [];
  for (let day = from; day <= to; day = daysAfter(day, 1)) {
    const last = (count: number) => size(within(daysAfter(day, 1 - count), day));
    days.push({ day, dau: last(1), wau: last(7), mau: last(30) });
  }
  const weeks: Omit<EngagementWeek, 'complete' | 'suppressed'>[] = [];
  for (let week = mondayOf(from); week <= to; week = daysAfter(week, 7)) {
    const here = within(week, daysAfter(week, 6));
    const before = within(daysAfter(week, -7), daysAfter(week, -1));
    const isNew = (who: number) => firstDay(who) >= week;
    weeks.push({
      ...{ week, active: here.size, new: size(here, isNew), returning: size(here, (who) => before.has(who)) },
      resurrected: size(here, (who) => !isNew(who) && !before.has(who)),
      lapsed: size(before, (who) => !here.has(who)),
    });
  }
  const cohorts = weeks.map(({ week: cohort }, first) => ({
    week: cohort,
    active: weeks
      .slice(first)
      .map(({ week }) => size(within(week, daysAfter(week, 6)), (who) => mondayOf(firstDay(who)) === cohort)),
  }));
  return { days, weeks, cohorts };
}

async function agrees(life: Life, zone: string, from: string, to: string): Promise<void> {
  const found = await counted(zone, from, to);
  const expected = byHand(life, zone, from, to);
  expect(found.days.map(({ day, dau, wau, mau }) => ({ day, dau, wau, mau }))).toEqual(expected.days);
  expect(found.weeks.map(({ complete: _, suppressed: __, ...week }) => week)).toEqual(expected.weeks);
  expect(found.cohorts.map(({ week, retention }) => ({ week, active: retention.map(({ active }) => active) }))).toEqual(
    expected.cohorts,
  );
}

const zones = ['UTC', 'Europe/Vienna', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Chatham', 'Asia/Beirut'];

describe('engagement', () => {
  it('counts people by day, week and month, and what became of them', async () => {
    await lived([
      [0, new Date('2026-03-02T10:00:00Z')],
      [1, new Date('2026-03-02T11:00:00Z')],
      [0, new Date('2026-03-10T10:00:00Z')],
      [2, new Date('2026-03-11T10:00:00Z')],
      [1, new Date('2026-03-17T10:00:00Z')],
    ]);
    const { days, weeks, cohorts } = await counted('UTC', '2026-03-09', '2026-03-22');
    expect(days.slice(0, 3)).toMatchObject([
      { day: '2026-03-09', dau: 0, wau: 0, mau: 2, stickiness: 0 },
      { day: '2026-03-10', dau: 1, wau: 1, mau: 2, stickiness: 0.5 },
      { day: '2026-03-11', dau: 1, wau: 2, mau: 3, stickiness: 0.3333 },
    ]);
    expect(weeks).toMatchObject([
      { week: '2026-03-09', active: 2, new: 1, returning: 1, resurrected: 0, lapsed: 1, complete: true },
      { week: '2026-03-16', active: 1, new: 0, returning: 0, resurrected: 1, lapsed: 2 },
    ]);
    expect(cohorts).toMatchObject([
      {
        week: '2026-03-09',
        size: 1,
        retention: [
          { week: 0, active: 1, share: 1 },
          { week: 1, active: 0, share: 0 },
        ],
      },
      { week: '2026-03-16', size: 0, retention: [{ week: 0, active: 0, share: null }] },
    ]);
  });

  it('goes by the day on the wall: half-hour zones, 23 and 25 hours', async () => {
    // Half an hour before and after the beginning of the short day in Vienna, and the long one.
    await lived([
      [0, new Date('2026-03-28T22:45:00Z')],
      [1, new Date('2026-03-28T23:00:00Z')],
      [2, new Date('2026-03-29T21:45:00Z')],
      [3, new Date('2026-03-29T22:00:00Z')],
      [4, new Date('2026-10-24T22:00:00Z')],
      [5, new Date('2026-10-25T22:45:00Z')],
    ]);
    const dau = async (zone: string, day: string) => (await counted(zone, day, day)).days[0]!.dau;
    expect(await dau('Europe/Vienna', '2026-03-28')).toBe(1);
    expect(await dau('Europe/Vienna', '2026-03-29')).toBe(2);
    expect(await dau('Europe/Vienna', '2026-03-30')).toBe(1);
    expect(await dau('Europe/Vienna', '2026-10-25')).toBe(2);
    expect(await dau('UTC', '2026-10-25')).toBe(1);
    expect(await dau('Asia/Kathmandu', '2026-03-29')).toBe(2);
    expect(await dau('Asia/Kathmandu', '2026-03-30')).toBe(2);
  });

  it('is of one person alone when it is asked for them', async () => {
    await lived([
      [0, new Date('2026-03-02T10:00:00Z')],
      [1, new Date('2026-03-03T11:00:00Z')],
    ]);
    const { days, firstSeen } = await counted('UTC', '2026-03-01', '2026-03-04', 1);
    expect(days.map(({ dau, mau }) => [dau, mau])).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
      [0, 1],
    ]);
    expect(firstSeen?.toISOString()).toBe('2026-03-03T11:00:00.000Z');
    expect((await counted('UTC', '2026-03-01', '2026-03-04', 5)).firstSeen).toBeNull();
  });

  it('leaves out whom the account may not process at present, and has them again afterwards', async () => {
    await lived([
      [0, new Date('2026-03-10T10:00:00Z')],
      [1, new Date('2026-03-10T11:00:00Z')],
    ]);
    const decided = async (type: string) => {
      const data = { account_id: acme, user_id: people[0] };
      const events = storedEvents([{ type, stream: `hold-${acme}_${people[0]}`, account_id: acme, data }], past);
      past = [...past, ...events];
      await project(database().pool, presence, events);
    };
    const seen = async () => {
      const [all, one] = [
        await counted('UTC', '2026-03-10', '2026-03-10'),
        await counted('UTC', '2026-03-10', '2026-03-10', 0),
      ];
      return [all.days[0]!.dau, all.cohorts[0]!.size, one.days[0]!.dau, one.firstSeen !== null];
    };
    expect(await seen()).toEqual([2, 2, 1, true]);
    await decided('ProcessingRestricted');
    expect(await seen()).toEqual([1, 1, 0, false]);
    await decided('ProcessingRestrictionLifted');
    expect(await seen()).toEqual([2, 2, 1, true]);
  });

  it('equals what counting one by one gives, in every time zone and over every change of clocks', async () => {
    const around = fc.constantFrom('2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01', '2026-06-15');
    const life = fc.tuple(
      around,
      fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 96 * 60 })), { minLength: 1, maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(life, fc.constantFrom(...zones), fc.nat({ max: 25 }), async ([middle, steps], zone, days) => {
        const begin = Date.parse(daysAfter(middle, -35));
        const happened = steps.map(([who, quarter]): Life[number] => [who, new Date(begin + quarter * 900_000)]);
        await lived(happened);
        await agrees(happened, zone, daysAfter(middle, -3), daysAfter(middle, days - 3));
      }),
      { numRuns: 40 },
    );
  });
});

describe('days as parts of days of UTC', () => {
  const hours = (zone: string, day: string) =>
    dayMasks(zone, day, day).reduce((sum, { mask }) => sum + mask.replaceAll('0', '').length, 0) / 4;

  it('have as many hours as on the wall', () => {
    expect(hours('Europe/Vienna', '2026-03-29')).toBe(23);
    expect(hours('Europe/Vienna', '2026-10-25')).toBe(25);
    expect(hours('Australia/Lord_Howe', '2026-04-05')).toBe(24.5);
    expect(dayMasks('Pacific/Apia', '2011-12-30', '2011-12-30')).toEqual([]);
    expect(dayMasks('UTC', '2026-03-01', '2026-03-02')).toEqual(
      ['2026-03-01', '2026-03-02'].map((day) => ({ day, utc: day, mask: '1'.repeat(96) })),
    );
  });
});

describe('the period', () => {
  const now = new Date('2026-03-01T23:30:00Z');

  it('is the last thirty days by the clock on the wall, and none to come', () => {
    expect(periodOf({}, 'UTC', now)).toMatchObject({ from: '2026-01-31', to: '2026-03-01' });
    expect(periodOf({}, 'Europe/Vienna', now)).toMatchObject({ to: '2026-03-02' });
    expect(periodOf({ from: '2026-02-01', to: '2027-01-01' }, 'UTC', now)).toMatchObject({ to: '2026-03-01' });
    expect(periodOf({ to: '2025-12-31' }, 'UTC', now)).toMatchObject({ from: '2025-12-02' });
  });

  it.each([
    [{ from: '2026-02-02', to: '2026-02-01' }],
    [{ from: '2026-03-05' }],
    [{ from: '2025-01-24', to: '2026-02-28' }],
  ])('is refused when it is %j', (asked) =>
    expect(() => periodOf(asked, 'UTC', now)).toThrow(expect.objectContaining({ code: 'period-invalid' }) as Error),
  );

  it('may be 400 days long', () =>
    expect(periodOf({ from: '2025-01-25', to: '2026-02-28' }, 'UTC', now)).toBeDefined());
});
