import { assertTenantIsolation, type Projection, projectionSchema } from '@annals/postgres';
import { type EventSketch, project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import fc from 'fast-check';
import { memberOf } from './member.js';
import { usage } from './projection.js';

const [acme, globex] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const [ada, root] = ['018f0000-0000-7000-8000-0000000000b1', '018f0000-0000-7000-8000-0000000000b2'];
const secret = Buffer.alloc(32, 1);
const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Mobile/15E148';

const versions = Array.from({ length: 40 }, (_, version): Projection => ({ ...usage(secret), version }));
const database = testDatabase({ service: 'activity', projections: versions });
let used = 0;
const fresh = () => versions[used++]!;

const actor = (user_id: string | null, over: object = {}) => ({
  actor: { user_id, session_id: null, kind: 'user' as const, on_behalf_of: null, ...over },
  occurred_at: '2026-03-01T12:20:00.000Z',
  client: { ip: null, user_agent: iPhone },
});
const updated = (account_id = acme, user = ada, metadata: object = actor(user)): EventSketch => ({
  ...{ type: 'ProfileUpdated', stream: `profile-${account_id}_${user}`, account_id, metadata },
  data: { account_id, user_id: user, name: 'Ada' },
});
const decided = (activity_tracking: boolean, account_id = acme, user = ada): EventSketch => ({
  ...updated(account_id, user),
  ...{ type: 'ProfilePrivacyChanged', data: { account_id, user_id: user, activity_tracking } },
});
const tracked = (times: string[], account_id = acme, user = ada): EventSketch => ({
  ...{ type: 'ActivityTracked', stream: `tracked-${account_id}_${user}_20260301`, account_id, metadata: actor(user) },
  data: {
    ...{ account_id, user_id: user, batch_id: ada, count: times.length },
    facts: times.map((occurred_at) => ({
      ...{ id: ada, type: 'page_view', category: 'interaction', tags: [], data: {}, occurred_at },
    })),
  },
});

const cells = (projection: Projection, account: string, table = 'usage_cells') =>
  rowsOf<Record<string, unknown>>(
    database().pool,
    account,
    `select * from ${projectionSchema(projection)}.${table} order by quarter, source, category, device, type, events`,
  );
const uncounted = (projection: Projection, account: string) =>
  rowsOf(database().pool, account, `select * from ${projectionSchema(projection)}.uncounted_people order by member`);
const pseudonym = (account: string, user: string) => Buffer.from(memberOf(secret, account, user).slice(2), 'hex');

describe('the counts of usage', () => {
  it('are kept by quarter hour, source, category, device and type, for the account and for each person', async () => {
    const projection = fresh();
    const facts = ['2026-03-01T12:14:59.999Z', '2026-03-01T12:15:00.000Z', '2026-03-01T12:16:00.000Z'];
    await project(database().pool, projection, storedEvents([updated(), updated(), tracked(facts)]));
    const of = (minute: string) => ({ account_id: acme, quarter: new Date(`2026-03-01T12:${minute}:00Z`) });
    const views = { source: 'client', category: 'interaction', device: 'mobile', type: 'page_view' };
    const changes = { source: 'server', category: 'profile', device: 'mobile', type: 'profile_updated' };
    const people = [pseudonym(acme, ada)];
    expect(await cells(projection, acme)).toEqual([
      { ...of('00'), ...views, events: '1', people },
      { ...of('15'), ...views, events: '2', people },
      { ...of('15'), ...changes, events: '2', people },
    ]);
    expect(await cells(projection, acme, 'usage_people')).toEqual([
      { ...of('00'), ...views, events: '1', member: people[0] },
      { ...of('15'), ...views, events: '2', member: people[0] },
      { ...of('15'), ...changes, events: '2', member: people[0] },
    ]);
    const text = JSON.stringify([
      ...(await cells(projection, acme)),
      ...(await cells(projection, acme, 'usage_people')),
    ]);
    expect(text).not.toContain(ada);
  });

  it('believe a client’s clock for a week back and no moment ahead', async () => {
    const projection = fresh();
    const told = ['2026-02-22T12:20:00.000Z', '2026-02-22T12:19:59.999Z', '2026-03-01T12:20:00.001Z'];
    await project(database().pool, projection, storedEvents([tracked(told)]));
    expect((await cells(projection, acme)).map(({ quarter, events }) => [quarter, events])).toEqual([
      [new Date('2026-02-22T12:15:00.000Z'), '1'],
      [new Date('2026-03-01T12:15:00.000Z'), '2'],
    ]);
  });

  it.each<[string, EventSketch]>([
    ['somebody else does to their things', updated(acme, ada, actor(root))],
    ['an administrator does in their place', updated(acme, ada, actor(root, { on_behalf_of: ada }))],
    ['a program does', updated(acme, ada, actor(null, { kind: 'service', principal: 'svc:export' }))],
    ['a visitor does', updated(acme, root, actor(root, { elevation_id: root }))],
    ['happens in no account', { ...updated(), account_id: null, data: { user_id: ada } }],
    [
      'is tried in their name by nobody who is known',
      {
        ...{ type: 'AccessDenied', stream: `denial-${acme}_${ada}`, account_id: acme, data: { user_id: ada } },
        metadata: actor(null, { kind: 'anonymous' }),
      },
    ],
  ])('leave out what %s', async (_what, event) => {
    const projection = fresh();
    await project(database().pool, projection, storedEvents([event]));
    for (const account of [acme, root]) expect(await cells(projection, account)).toEqual([]);
  });

  it('count nobody from the moment they say no, until they say yes', async () => {
    const projection = fresh();
    const life = [updated(), decided(false), updated(), tracked(['2026-03-01T12:00:00.000Z']), updated(globex)];
    await project(database().pool, projection, storedEvents(life));
    expect(await cells(projection, acme)).toMatchObject([{ type: 'profile_updated', events: '1' }]);
    expect(await cells(projection, globex)).toMatchObject([{ type: 'profile_updated', events: '1' }]);
    const later = storedEvents([updated(), decided(true), updated()], storedEvents(life));
    await project(database().pool, projection, later);
    expect(await cells(projection, acme)).toMatchObject([
      { type: 'profile_privacy_changed', events: '1' },
      { type: 'profile_updated', events: '2' },
    ]);
    expect(await uncounted(projection, acme)).toEqual([]);
  });

  it('keep five people of a cell, the first of their pseudonyms whoever came when, and tell no more of them', async () => {
    const projection = fresh();
    const crowd = Array.from({ length: 9 }, (_, index) => ada.slice(0, -1) + String(index));
    const events = storedEvents(crowd.map((user) => updated(acme, user)));
    await project(database().pool, projection, events.slice(0, 3));
    await project(database().pool, projection, events.slice(3));
    const people = crowd
      .map((user) => pseudonym(acme, user))
      .sort(Buffer.compare)
      .slice(0, 5);
    expect(await cells(projection, acme)).toMatchObject([{ events: '9', people }]);
  });

  it('are of one account each: the same person in another is somebody else', async () => {
    const projection = fresh();
    await project(database().pool, projection, storedEvents([updated(acme), updated(globex), updated(globex)]));
    const [[ofAcme], [ofGlobex]] = [await cells(projection, acme), await cells(projection, globex)];
    expect([ofAcme!.events, ofGlobex!.events]).toEqual(['1', '2']);
    expect(ofAcme!.people).not.toEqual(ofGlobex!.people);
    await assertTenantIsolation(database().pool);
  });

  it('are the same however the events are cut into batches', async () => {
    const who = fc.record({ account: fc.constantFrom(acme, globex), user: fc.integer({ min: 0, max: 7 }) });
    const step = fc.tuple(who, fc.constantFrom('update', 'track', 'yes', 'no'), fc.integer({ min: 0, max: 5 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const events = storedEvents(
          steps.map(([{ account, user: index }, what, minutes]) => {
            const user = ada.slice(0, -1) + String(index);
            if (what === 'update') return updated(account, user);
            if (what === 'track') return tracked([`2026-03-01T11:${minutes}9:00.000Z`], account, user);
            return decided(what === 'yes', account, user);
          }),
        );
        const [whole, cut] = [fresh(), fresh()];
        await project(database().pool, whole, events);
        for (let at = 0, size = 1; at < events.length; at += size, size = (size * 2) % 7 || 1) {
          await project(database().pool, cut, events.slice(at, at + size));
        }
        for (const account of [acme, globex]) {
          expect(await cells(cut, account)).toEqual(await cells(whole, account));
          expect(await cells(cut, account, 'usage_people')).toEqual(await cells(whole, account, 'usage_people'));
          expect(await uncounted(cut, account)).toEqual(await uncounted(whole, account));
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
