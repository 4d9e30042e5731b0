import { type UsageQuery } from '@annals/contracts';
import { type EventSketch, project, storedEvents, testDatabase } from '@annals/testing';
import fc from 'fast-check';
import { dayAt, daysAfter, startOfDay } from '../local-time/clock.js';
import { memberOf } from './member.js';
import { daysOf } from './period.js';
import { usage } from './projection.js';
import { readUsage } from './read-usage.js';
import { usageAnswer } from './usage-answer.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const secret = Buffer.alloc(32, 1);
const projection = usage(secret);
const database = testDatabase({ service: 'activity', projections: [projection] });
let people = 0;
let past = storedEvents([]);

/** Somebody who did something at these moments. @returns asks for their usage */
async function personWho(did: readonly string[]) {
  people += 1;
  const user_id = `018f0000-0000-7000-8000-${String(people).padStart(12, '0')}`;
  const sketches = did.map((occurred_at): EventSketch => {
    const actor = { user_id, session_id: null, kind: 'user' as const, on_behalf_of: null };
    return {
      ...{ type: 'ProfileUpdated', stream: `profile-${acme}_${user_id}`, account_id: acme },
      ...{ data: { account_id: acme, user_id }, metadata: { actor, occurred_at } },
    };
  });
  past = [...past, ...storedEvents(sketches, past)];
  if (did.length > 0) await project(database().pool, projection, past.slice(-did.length));
  return async (zone: string, from: string, to: string, bucket: UsageQuery['bucket'] = 'day') => {
    const { period, previous } = daysOf({ from, to }, zone, new Date());
    const selection = { accountId: acme, member: memberOf(secret, acme, user_id), zone, bucket, period, previous };
    return usageAnswer(await readUsage(database().pool, selection), 'self', bucket);
  };
}
const lengths = (series: readonly { start: string; end: string }[]) =>
  series.map(({ start, end }) => (Date.parse(end) - Date.parse(start)) / 3_600_000);

describe('days', () => {
  it('of Vienna are 23 and 25 hours long when clocks change, and each moment lies in its own', async () => {
    const ask = await personWho([
      ...['2026-03-27T22:59:59.999Z', '2026-03-27T23:00:00.000Z', '2026-03-28T22:59:59.999Z'],
      ...['2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z', '2026-03-29T22:00:00.000Z'],
    ]);
    const { series, total } = await ask('Europe/Vienna', '2026-03-28', '2026-03-30');
    expect(series.map(({ start, local, events }) => [start, local, events])).toEqual([
      ['2026-03-27T23:00:00.000Z', '2026-03-28T00:00', 2],
      ['2026-03-28T23:00:00.000Z', '2026-03-29T00:00', 2],
      ['2026-03-29T22:00:00.000Z', '2026-03-30T00:00', 1],
    ]);
    expect(lengths(series)).toEqual([24, 23, 24]);
    expect(total).toEqual({ events: 5, suppressed: false });
    expect(lengths((await ask('Europe/Vienna', '2026-10-25', '2026-10-25')).series)).toEqual([25]);
  });

  it('of Kathmandu begin at a quarter past, UTC', async () => {
    const ask = await personWho(['2026-05-01T18:14:59.999Z', '2026-05-01T18:15:00.000Z']);
    const { series } = await ask('Asia/Kathmandu', '2026-05-01', '2026-05-02');
    expect(series.map(({ start, events }) => [start, events])).toEqual([
      ['2026-04-30T18:15:00.000Z', 1],
      ['2026-05-01T18:15:00.000Z', 1],
    ]);
  });

  it('of Lord Howe are half an hour longer when clocks change', async () => {
    const ask = await personWho(['2026-04-04T15:10:00.000Z']);
    const { series } = await ask('Australia/Lord_Howe', '2026-04-04', '2026-04-06');
    expect(lengths(series)).toEqual([24, 24.5, 24]);
    expect(series.map(({ events }) => events)).toEqual([0, 1, 0]);
  });
});

describe('hours', () => {
  it('leave out the one that clocks skip, and have the one twice that they repeat', async () => {
    const ask = await personWho(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z', '2026-10-25T01:45:00.000Z']);
    const spring = await ask('Europe/Vienna', '2026-03-29', '2026-03-29', 'hour');
    expect(spring.series.map(({ local }) => local.slice(11)).slice(0, 4)).toEqual(['00:00', '01:00', '03:00', '04:00']);
    expect(spring.series).toHaveLength(23);
    const autumn = await ask('Europe/Vienna', '2026-10-25', '2026-10-25', 'hour');
    expect(autumn.series.slice(1, 5).map(({ local, events }) => [local.slice(11), events])).toEqual([
      ...[
        ['01:00', 0],
        ['02:00', 1],
        ['02:00', 2],
        ['03:00', 0],
      ],
    ]);
    expect(autumn.series).toHaveLength(25);
    expect(autumn.peaks.hours.find(({ weekday, hour }) => weekday === 7 && hour === 2)).toMatchObject({ events: 3 });
  });

  it('of India begin at half past, UTC', async () => {
    const ask = await personWho(['2026-05-01T03:29:00.000Z', '2026-05-01T03:30:00.000Z']);
    const { series, peaks } = await ask('Asia/Kolkata', '2026-05-01', '2026-05-01', 'hour');
    const busy = series.filter(({ events }) => events !== 0);
    expect(busy.map(({ start, local }) => [start, local])).toEqual([
      ['2026-05-01T02:30:00.000Z', '2026-05-01T08:00'],
      ['2026-05-01T03:30:00.000Z', '2026-05-01T09:00'],
    ]);
    expect(peaks.hours.filter(({ events }) => events !== 0)).toEqual([
      { weekday: 5, hour: 8, events: 1, suppressed: false },
      { weekday: 5, hour: 9, events: 1, suppressed: false },
    ]);
  });
});

describe('weeks and months', () => {
  it('begin on Monday and on the first, and are cut off at the ends of the period', async () => {
    const ask = await personWho(['2026-03-01T12:00:00.000Z', '2026-03-02T12:00:00.000Z', '2026-04-01T03:59:00.000Z']);
    const starts = async (bucket: UsageQuery['bucket']) =>
      (await ask('America/New_York', '2026-02-26', '2026-04-02', bucket)).series.map(({ local, events }) => [
        local,
        events,
      ]);
    expect(await starts('week')).toEqual([
      ...[
        ['2026-02-26T00:00', 1],
        ['2026-03-02T00:00', 1],
        ['2026-03-09T00:00', 0],
        ['2026-03-16T00:00', 0],
      ],
      ...[
        ['2026-03-23T00:00', 0],
        ['2026-03-30T00:00', 1],
      ],
    ]);
    // The first of April, 03:59 UTC, is still March in New York.
    expect(await starts('month')).toEqual([
      ['2026-02-26T00:00', 0],
      ['2026-03-01T00:00', 3],
      ['2026-04-01T00:00', 0],
    ]);
  });

  it('tell peaks, patterns and the period before', async () => {
    const [saturday, monday] = ['2026-03-07T09:10:00.000Z', '2026-03-09T09:10:00.000Z'];
    const ask = await personWho([saturday, monday, monday, '2026-03-06T09:00:00.000Z', '2026-03-04T23:59:00.000Z']);
    const { peaks, patterns } = await ask('UTC', '2026-03-07', '2026-03-10');
    expect(peaks.busiest).toMatchObject({ local: '2026-03-09T00:00', events: 2 });
    expect(peaks.hours).toHaveLength(168);
    expect(patterns).toEqual({
      ...{ weekday_share: 2 / 3, weekend_share: 1 / 3 },
      ...{ previous: { events: 2, suppressed: false }, trend: 0.5 },
    });
    const nothing = await ask('UTC', '2025-01-01', '2025-01-02');
    expect(nothing.peaks.busiest).toBeNull();
    expect(nothing.patterns).toMatchObject({ weekday_share: null, weekend_share: null, trend: null });
  });
});

it('every moment lies in one bucket, in whatever time zone', async () => {
  const at = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true });
  const zones = [
    'UTC',
    'Europe/Vienna',
    'America/St_Johns',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(at, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(...zones),
      fc.constantFrom('hour' as const, 'day' as const, 'week' as const, 'month' as const),
      async (moments, zone, bucket) => {
        const ask = await personWho(moments.map((moment) => moment.toISOString()));
        const [from, to] = [dayAt(zone, moments[0]!), daysAfter(dayAt(zone, moments[0]!), 40)];
        const { series, total, peaks } = await ask(zone, from, to, bucket);
        expect(series[0]!.start).toBe(startOfDay(zone, from).toISOString());
        expect(series.at(-1)!.end).toBe(startOfDay(zone, daysAfter(to, 1)).toISOString());
        for (const [index, { start, end, events }] of series.entries()) {
          expect(start).toBe(series[index - 1]?.end ?? start);
          const inside = moments.filter((moment) => moment >= new Date(start) && moment < new Date(end));
          expect(events).toBe(inside.length);
        }
        expect(total.events).toBe(series.reduce((sum, { events }) => sum + events!, 0));
        expect(total.events).toBe(peaks.hours.reduce((sum, { events }) => sum + events!, 0));
      },
    ),
    { numRuns: 40 },
  );
});

it('knows every time zone that may be asked for', async () => {
  const names = [
    'UTC',
    'GMT',
    'Etc/UTC',
    'Etc/GMT+12',
    'US/Pacific',
    'Asia/Calcutta',
    ...Intl.supportedValuesOf('timeZone'),
  ];
  const { rows } = await database().pool.query(
    'select name from unnest($1::text[]) as asked(name) where name not in (select name from pg_timezone_names)',
    [names],
  );
  expect(rows).toEqual([]);
});
