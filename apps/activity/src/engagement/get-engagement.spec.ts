import { signedIn } from '@annals/testing';
import { type Engagement } from '@annals/contracts';
import { activityUnderTest } from '../testing/activity-service.js';
import { engagementPart } from './part.js';

const under = activityUnderTest([engagementPart]);
const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const userId = (index: number) => `018f0000-0000-7000-8000-0000000000b${index}`;
const person = (index: number, account_id = acme) => signedIn('VIEWER', { account_id, user_id: userId(index) });
const analyst = (account_id = acme) => signedIn('ANALYTICS', { account_id, user_id: userId(9) });

/** A super admin who is here for a while, and no member. */
const visitor = signedIn('ADMIN', { account_id: acme, user_id: userId(8), elevation_id: userId(0) });

/** They looked at their profile, say. */
const came = (index: number, now: string, account = acme) =>
  under().happened(
    person(index, account),
    'profile',
    `${account}_${userId(index)}`,
    [{ type: 'ProfileUpdated', data: { account_id: account, user_id: userId(index), name: now, updated_at: now } }],
    now,
  );
const path = (query: string) => `/users/engagement?from=2026-03-02&to=2026-03-08${query}`;
const asked = async (query: string, who = analyst(), seen = '') => {
  const answer = await under().get(path(query), who, seen);
  return { ...answer, engagement: answer.json as Engagement };
};

describe('GET /users/engagement', () => {
  it('shows people their own days, in rows, by the clock of their account', async () => {
    const times = ['2026-03-03T23:30:00.000Z', '2026-03-05T12:00:00.000Z', '2026-03-06T12:00:00.000Z'];
    let seen = '';
    for (const at of times) seen = await came(1, at);
    const updated = { account_id: acme, timezone: 'Europe/Vienna', updated_at: times[0] };
    const chosen = await under().happened(visitor, 'accountpreferences', acme, [
      { type: 'AccountPreferencesUpdated', data: updated },
    ]);
    const own = await asked('', person(1), `${seen},${chosen}`);
    expect(own.engagement).toMatchObject({ scope: 'self', time_zone: 'Europe/Vienna' });
    expect(own.engagement.own).toEqual({
      ...{ first_seen: '2026-03-03T23:30:00.000Z', active_days: 3 },
      ...{ current_streak: 0, longest_streak: 3 },
    });
    expect(own.engagement.days.map(({ dau }) => dau)).toEqual([0, 0, 1, 1, 1, 0, 0]);
    const utc = await asked('&time_zone=UTC', person(1));
    expect(utc.engagement.days.map(({ dau }) => dau)).toEqual([0, 1, 0, 1, 1, 0, 0]);
  });

  it('shows the account to who may see it, five people or more at a time', async () => {
    let seen = '';
    for (const index of [1, 2, 3, 4]) seen = await came(index, '2026-03-07T12:00:00.000Z');
    const four = await asked('&scope=account', analyst(), seen);
    expect(four.engagement.days[5]).toMatchObject({ dau: null, mau: null, suppressed: true });
    expect(four.engagement.own).toBeNull();
    seen = await came(5, '2026-03-07T13:00:00.000Z');
    const five = await asked('&scope=account', analyst(), seen);
    expect(five.engagement.days[5]).toMatchObject({ dau: 5, wau: 5, mau: 5, stickiness: 1, suppressed: false });
    expect(five.engagement.weeks).toMatchObject([{ week: '2026-03-02', active: 5, new: 5, complete: true }]);
    expect(five.text).not.toMatch(/018f0000/);
  });

  it('needs VIEW_ANALYTICS for the account', async () => {
    const refused = await asked('&scope=account', person(1));
    expect([refused.status, refused.json.code]).toEqual([403, 'permission-required']);
  });

  it('shows two accounts with identical ids nothing of each other', async () => {
    const seen = await came(1, '2026-03-02T12:00:00.000Z', globex);
    const there = await asked('', person(1, globex), seen);
    expect(there.engagement.days.map(({ dau }) => dau)).toEqual([1, 0, 0, 0, 0, 0, 0]);
    expect(there.engagement.time_zone).toBe('UTC');
    const here = await asked('&time_zone=UTC', person(1));
    expect(here.engagement.days[0]!.dau).toBe(0);
  });

  it.each([
    ['&time_zone=Mars/Olympus', 'query-invalid'],
    ['&scope=world', 'query-invalid'],
    ['&to=2026-02-30', 'query-invalid'],
  ])('refuses %s', async (query, code) => {
    const { status, json } = await under().get(`/users/engagement?from=2026-01-01${query}`, person(1));
    expect([status, json.code]).toEqual([400, code]);
  });

  it('refuses a period that ends before it begins', async () => {
    const { status, json } = await under().get('/users/engagement?from=2026-02-02&to=2026-02-01', person(1));
    expect([status, json.code]).toEqual([400, 'period-invalid']);
  });
});
