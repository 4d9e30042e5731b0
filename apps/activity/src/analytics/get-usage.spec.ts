import { type CurrentUserContext, type DomainEvent, type Usage } from '@annals/contracts';
import { createPool, projectionSchema } from '@annals/postgres';
import { signedIn } from '@annals/testing';
import { randomUUID } from 'node:crypto';
import { activityLog } from '../activity/projection.js';
import { auditLog } from '../audit/projection.js';
import { parts } from '../parts.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { analyticsPart } from './part.js';

const under = activityUnderTest();
const path = '/users/activity/analytics';
const noon = '2026-03-02T12:00:00.000Z';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0';
const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Mobile/15E148';

function updated(who: CurrentUserContext, now = noon, times = 1): Promise<string> {
  const { account_id, user_id } = who;
  const event = { type: 'ProfileUpdated', data: { account_id, user_id, name: 'Ada', updated_at: now } } as DomainEvent;
  const events = Array.from({ length: times }, () => event);
  return under().happened(who, 'profile', `${account_id}_${user_id}`, events, now);
}

const member = (account_id: string, user_agent: string | null = firefox) =>
  signedIn('VIEWER', { account_id, user_agent });
/** Members of an account, as many of each kind as said, who each did as much as said. @returns an analyst, and what to wait for */
async function accountOf(...groups: { people: number; times?: number; agent?: string; at?: string }[]) {
  const analyst = signedIn('ANALYTICS');
  let seen = '';
  for (const { people, times = 1, agent = firefox, at = noon } of groups) {
    for (let one = 0; one < people; one++) seen = await updated(member(analyst.account_id!, agent), at, times);
  }
  const ask = async (query = '') =>
    (await under().get(`${path}?scope=account&from=2026-03-02&to=2026-03-08&${query}`, analyst, seen))
      .json as unknown as Usage;
  return { analyst, seen, ask };
}
const line = (key: string | null, events: number | null) => ({ key, events, suppressed: events === null });

describe('one’s own usage', () => {
  it('is told in full, however few people there are', async () => {
    const ada = signedIn('VIEWER', { user_agent: iPhone });
    const seen = await updated(ada, noon, 3);
    const { status, json } = await under().get(`${path}?from=2026-03-02&to=2026-03-02`, ada, seen);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      ...{ scope: 'self', from: '2026-03-02', to: '2026-03-02', bucket: 'day', time_zone: 'UTC' },
      total: { events: 3, suppressed: false },
      series: [{ start: '2026-03-02T00:00:00.000Z', end: '2026-03-03T00:00:00.000Z', events: 3 }],
      ...{ by_category: [line('profile', 3)], by_device: [line('mobile', 3)] },
      ...{ by_source: [line('server', 3)], by_type: [line('profile_updated', 3)], performance: null },
    });
  });

  it('is of the account it is asked in, and of nobody else', async () => {
    const ada = signedIn();
    const elsewhere = { ...ada, account_id: randomUUID() };
    await updated(ada, noon, 3);
    const seen = await updated(elsewhere, noon, 2);
    const total = async (who: CurrentUserContext) =>
      (await under().get(`${path}?from=2026-03-02&to=2026-03-02`, who, seen)).json.total;
    expect(await total(ada)).toMatchObject({ events: 3 });
    expect(await total(elsewhere)).toMatchObject({ events: 2 });
    expect(await total(member(ada.account_id!))).toMatchObject({ events: 0 });
  });

  it('is counted in the time zone of the account, or the one that is asked for', async () => {
    const admin = signedIn('ADMIN');
    const account_id = admin.account_id!;
    const chosen = {
      type: 'AccountPreferencesUpdated',
      data: { account_id, timezone: 'Asia/Tokyo', updated_at: noon },
    };
    const changed = await under().happened(admin, 'accountpreferences', account_id, [chosen]);
    const seen = `${await updated(admin, '2026-03-02T15:00:00.000Z')},${changed}`;
    const daysOf = async (query: string) => {
      const { json } = await under().get(`${path}?from=2026-03-02&to=2026-03-03&${query}`, admin, seen);
      const { series, time_zone } = json as unknown as Usage;
      return [time_zone, ...series.map(({ events }) => events)];
    };
    expect(await daysOf('time_zone=Europe/Vienna')).toEqual(['Europe/Vienna', 1, 0]);
    expect(await daysOf('')).toEqual(['Asia/Tokyo', 0, 1]);
  });

  it('takes a moment for the day it lies in, and the last thirty days when nothing is said', async () => {
    const ada = signedIn();
    const { json } = await under().get(`${path}?from=2026-03-01T23:30:00Z&to=2026-03-03T00:30:00Z&time_zone=CET`, ada);
    expect(json).toMatchObject({ from: '2026-03-02', to: '2026-03-03' });
    const usual = (await under().get(path, ada)).json as unknown as Usage;
    expect(usual.series).toHaveLength(30);
  });

  it.each([
    ['from=2026-03-02&to=2026-03-01', 'period-reversed'],
    ['from=2025-01-01&to=2026-02-05', 'period-too-long'],
    ['from=1999-01-01', 'query-invalid'],
    ['from=2026-02-30', 'query-invalid'],
    ['time_zone=Mars/Olympus', 'query-invalid'],
    ['device=toaster', 'query-invalid'],
    ['bucket=minute', 'query-invalid'],
  ])('refuses %s: %s', async (query, code) => {
    const { status, json } = await under().get(`${path}?${query}`, signedIn());
    expect([status, json.code]).toEqual([400, code]);
  });

  it('may reach over four hundred days', async () => {
    const { json } = await under().get(`${path}?from=2025-01-01&to=2026-02-04&bucket=hour`, signedIn());
    expect((json as unknown as Usage).series).toHaveLength(400 * 24);
  });
});

describe('the usage of an account', () => {
  it('takes VIEW_ANALYTICS', async () => {
    const { status, json } = await under().get(`${path}?scope=account`, signedIn('EDITOR'));
    expect([status, json.code]).toEqual([403, 'permission-required']);
  });

  it('adds up what its people did', async () => {
    const { ask } = await accountOf({ people: 5, times: 2 }, { people: 6, agent: iPhone });
    const { total, by_device, series } = await ask();
    expect(total).toEqual({ events: 16, suppressed: false });
    expect(by_device).toEqual([line('desktop', 10), line('mobile', 6)]);
    expect(series.map(({ events }) => events)).toEqual([16, 0, 0, 0, 0, 0, 0]);
  });

  it('is not told where fewer than five people did something, nor that they did nothing else', async () => {
    const { ask } = await accountOf({ people: 4, times: 9 });
    const { total, series, by_type, peaks, patterns } = await ask();
    expect(total).toEqual({ events: null, suppressed: true });
    expect(new Set(series.map(({ suppressed }) => suppressed))).toEqual(new Set([true]));
    expect(by_type).toEqual([line(null, null)]);
    expect(peaks.busiest).toBeNull();
    expect(patterns).toMatchObject({ weekday_share: null, weekend_share: null, trend: null });
  });

  it('keeps back a device of few, and the smallest other, which the total would give away', async () => {
    const { ask } = await accountOf({ people: 9 }, { people: 6, agent: 'curl/8' }, { people: 2, agent: iPhone });
    const { total, by_device } = await ask();
    expect(total.events).toBe(17);
    expect(by_device).toEqual([line('desktop', 9), line('other', null), line('mobile', null)]);
  });

  it('does not tell by a filter what it keeps back without', async () => {
    const { ask } = await accountOf({ people: 9 }, { people: 2, agent: iPhone });
    expect((await ask('device=desktop')).total).toEqual({ events: null, suppressed: true });
    expect((await ask('device=mobile')).total).toEqual({ events: null, suppressed: true });
    expect((await ask('source=server')).total).toEqual({ events: 11, suppressed: false });
  });

  it('keeps back days, and hours of the week with them, so that neither tells of the other', async () => {
    const [tuesday, nextTuesday] = ['2026-03-03T08:00:00.000Z', '2026-03-10T08:00:00.000Z'];
    const { analyst, seen } = await accountOf(
      { people: 7, at: tuesday },
      { people: 2, at: nextTuesday },
      { people: 8 },
    );
    const answer = await under().get(`${path}?scope=account&from=2026-03-02&to=2026-03-15`, analyst, seen);
    const { series, peaks } = answer.json as unknown as Usage;
    const told = series.filter(({ events }) => events !== 0).map(({ local, events }) => [local.slice(0, 10), events]);
    expect(told).toEqual([
      ...[
        ['2026-03-02', 8],
        ['2026-03-03', null],
        ['2026-03-10', null],
      ],
    ]);
    // Both Tuesdays together are of nine people.
    expect(peaks.hours.filter(({ events }) => events !== 0)).toEqual([
      { weekday: 1, hour: 12, events: 8, suppressed: false },
      { weekday: 2, hour: 8, events: 9, suppressed: false },
    ]);
  });

  it('does not compare with a period of few people', async () => {
    const { ask } = await accountOf({ people: 6 }, { people: 3, at: '2026-02-25T12:00:00.000Z' });
    expect((await ask()).patterns).toMatchObject({ previous: { events: null, suppressed: true }, trend: null });
  });

  it('has no part of what another account did with the same people', async () => {
    const { analyst, ask } = await accountOf({ people: 5 });
    const other = signedIn('ANALYTICS', { account_id: randomUUID(), user_id: analyst.user_id });
    for (let one = 0; one < 5; one++) await updated(signedIn('VIEWER', { account_id: other.account_id }));
    const seen = await updated({ ...other, role: 'VIEWER' }, noon, 7);
    const { json } = await under().get(`${path}?scope=account&from=2026-03-02&to=2026-03-02`, other, seen);
    expect((json as unknown as Usage).total.events).toBe(12);
    expect((await ask()).total.events).toBe(5);
  });

  it('tells of people whose cells are all too small, once they are five together', async () => {
    const { ask } = await accountOf({ people: 3 }, { people: 2, at: '2026-03-02T15:00:00.000Z' });
    const { total, peaks } = await ask();
    expect(total.events).toBe(5);
    expect(peaks.hours.filter(({ events }) => events !== 0)).toEqual([
      ...[
        { weekday: 1, hour: 12 },
        { weekday: 1, hour: 15 },
      ].map((at) => ({ ...at, events: null, suppressed: true })),
    ]);
  });

  it('says beside it how content people are, and how many may stay away', async () => {
    const { ask, analyst, seen } = await accountOf({ people: 5 });
    expect(await ask('bucket=hour')).toMatchObject({
      satisfaction: { answers: 0, suppressed: false },
      churn: { about: 'account' },
    });
    const own = await under().get(`${path}?from=2026-03-02&to=2026-03-02`, analyst, seen);
    expect(own.json).toMatchObject({ satisfaction: { answers: 0, suppressed: false }, churn: { about: 'self' } });
  });

  it('names no word that few people made up', async () => {
    const { analyst, seen } = await accountOf({ people: 5, times: 2 });
    const ada = member(analyst.account_id!);
    const fact = { type: 'my_secret_page', category: 'private_things', tags: [], data: {}, occurred_at: noon };
    const facts = [{ id: randomUUID(), ...fact }];
    const { account_id, user_id } = ada;
    const data = { account_id, user_id, batch_id: randomUUID(), count: 1, facts };
    await under().happened(
      ada,
      'tracked',
      `${account_id}_${user_id}_20260302`,
      [{ type: 'ActivityTracked', data }],
      noon,
    );
    const last = await updated(ada, noon, 2);
    const { json, text } = await under().get(
      `${path}?scope=account&from=2026-03-02&to=2026-03-02`,
      analyst,
      `${seen},${last}`,
    );
    expect((json as unknown as Usage).by_type).toEqual([line(null, null)]);
    expect(text).not.toMatch(/my_secret_page|private_things/);
  });

  it('is read without touching a fact', async () => {
    const { ask } = await accountOf({ people: 6 });
    const { ownerUrl } = under().stores.database;
    const facts = [activityLog, auditLog].map(projectionSchema).join(', ');
    const owner = createPool({ url: ownerUrl, applicationName: 'test', max: 1 });
    // Who keeps the facts needs to read them, so that is over.
    await Promise.all(under().runners.map((runner) => runner.caughtUp()));
    await owner.query(`revoke select on all tables in schema ${facts} from activity_app`);
    expect((await ask()).total.events).toBe(6);
    await owner.query(`grant select on all tables in schema ${facts} to activity_app`);
    await owner.end();
  });
});

it('the service has this part', () => expect(parts).toContain(analyticsPart));
