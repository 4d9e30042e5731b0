import { durationOf, type IdentityContext, type RequestTiming, type RequestTimingBatch } from '@annals/contracts';
import { createMetrics } from '@annals/service';
import type { Destination } from '../forward/destination.js';
import { acme, globex, member, startEdge } from '../testing/edge-under-test.js';
import { measureRequests } from './measure-requests.js';

const destination = (path: string, over: Partial<Destination> = {}) =>
  ({ method: 'GET', path: `/api/v1${path}`, streams: false, ...over }) as Destination;
const profile = destination('/users/profile');
const person = (index: number, over: Partial<IdentityContext> = {}) =>
  member({ user_id: `0190a000-0000-7000-8000-0000000000${String(index).padStart(2, '0')}`, ...over });

/** A meter whose batches are answered as the test says. */
function meterWith({ answers = [], capacity = 100 }: { answers?: ('refused' | Error)[]; capacity?: number } = {}) {
  const told: RequestTimingBatch[] = [];
  const clock = { now: Date.parse('2026-03-01T12:00:59.000Z') };
  const metrics = createMetrics();
  const meter = measureRequests({
    async tell(path, body) {
      expect(path).toBe('/internal/request-timings');
      told.push(body as RequestTimingBatch);
      const answer = answers.shift() ?? 'taken';
      if (answer instanceof Error) throw answer;
      return answer;
    },
    ...{ metrics, onTrouble: () => undefined, capacity, wallClock: () => clock.now },
  });
  const note = (who: IdentityContext | null, ms = 1, status = 200, to: Destination | null = profile) =>
    meter.note({ caller: who, destination: to }, status, ms);
  const lost = () => Number(/^annals_request_timings_lost_total (\d+)/m.exec(metrics.text())?.[1] ?? 0);
  return { meter, note, told, clock, lost };
}

const requests = ({ counts }: RequestTiming) => counts.filter((_, at) => at % 2).reduce((sum, one) => sum + one, 0);

describe('measuring requests', () => {
  it('tells how many took how long, by account, route, class of status and minute', async () => {
    const { meter, note, told, clock } = meterWith();
    for (const ms of [1, 1, 900]) note(person(1), ms);
    note(person(1), 5, 404);
    note(person(1, { account_id: globex }), 5);
    note(person(1), 5, 200, destination('/users', { method: 'POST' }));
    clock.now += 2_000;
    note(person(1), 1);
    await meter.close();
    const first = { minute: '2026-03-01T12:00:00.000Z', people: 1 };
    const timings = told.flatMap((batch) => batch.timings);
    expect(timings.map((timing) => ({ ...timing, counts: requests(timing) }))).toEqual([
      { ...first, account_id: acme, route: 'GET /users/profile', status_class: 2, counts: 3 },
      { ...first, account_id: acme, route: 'GET /users/profile', status_class: 4, counts: 1 },
      { ...first, account_id: globex, route: 'GET /users/profile', status_class: 2, counts: 1 },
      { ...first, account_id: acme, route: 'POST /users', status_class: 2, counts: 1 },
      {
        ...{ ...first, minute: '2026-03-01T12:01:00.000Z' },
        ...{ account_id: acme, route: 'GET /users/profile', status_class: 2, counts: 1 },
      },
    ]);
    const [short, , long] = timings[0]!.counts;
    expect(durationOf(short!)).toBeCloseTo(1, 0);
    expect(durationOf(long!) / 900).toBeCloseTo(1, 1);
  });

  it('counts people of a day to five and names none; programs and visitors are no people', async () => {
    const { meter, note, told, clock } = meterWith();
    note(person(0, { user_id: null, kind: 'service' }));
    note(person(1, { is_system_admin_access: true }));
    await meter.flush();
    for (const index of [1, 2, 2, 1]) note(person(index));
    await meter.flush();
    for (const index of [3, 4, 5, 6, 7]) note(person(index));
    await meter.flush();
    clock.now += 24 * 60 * 60_000;
    note(person(1));
    await meter.close();
    expect(told.map(({ timings }) => timings[0]!.people)).toEqual([0, 2, 5, 1]);
    expect(JSON.stringify(told)).not.toContain(person(1).user_id);
  });

  it('leaves out streams, and whoever is in no account or on no route', async () => {
    const { meter, note, told } = meterWith();
    note(null);
    note(person(1, { account_id: null }));
    note(person(1), 1, 404, null);
    note(person(1), 1, 200, destination('/users/activity/stream', { streams: true }));
    await meter.close();
    expect(told).toEqual([]);
  });

  it('tells a batch that may have got lost again under the same id', async () => {
    const { meter, note, told } = meterWith({ answers: [new Error('gone')] });
    note(person(1));
    await meter.flush();
    note(person(1));
    await meter.close();
    expect(told[1]).toEqual(told[0]);
    expect(told[2]!.id).not.toBe(told[0]!.id);
    expect(told).toHaveLength(3);
  });

  it('takes no more memory than it may, and says how many requests it did not count', async () => {
    const { meter, note, told, lost } = meterWith({ capacity: 2 });
    for (const status of [200, 404, 500, 500, 200]) note(person(1), 1, status);
    await meter.close();
    expect(told[0]!.timings.map((timing) => [timing.status_class, requests(timing)])).toEqual([
      [2, 2],
      [4, 1],
    ]);
    expect(lost()).toBe(2);
  });

  it('says how many requests were in a batch that is refused', async () => {
    const { meter, note, told, lost } = meterWith({ answers: ['refused'] });
    for (const ms of [1, 2, 3]) note(person(1), ms);
    await meter.close();
    expect([told.length, lost()]).toEqual([1, 3]);
  });

  it('tells more than fits one batch in several', async () => {
    const { meter, note, told, lost } = meterWith({ capacity: 5_000 });
    for (let route = 0; route < 501; route++) note(person(1), 1, 200, destination(`/${route}`));
    await meter.close();
    expect([told.map(({ timings }) => timings.length), lost()]).toEqual([[500, 1], 0]);
  });

  it('forgets who used what when there are too many accounts, and counts on', async () => {
    const { meter, note, told, clock } = meterWith({ capacity: 100_000 });
    for (let account = 0; account < 20_000; account++) note(person(1, { account_id: `account ${account}` }));
    await meter.flush();
    clock.now += 1;
    note(person(2, { account_id: 'account 0' }));
    note(person(3, { account_id: 'one more' }));
    note(person(3, { account_id: 'account 0' }));
    await meter.close();
    const last = told.flatMap(({ timings }) => timings).slice(20_000);
    expect(last.map(({ account_id, people }) => [account_id, people])).toEqual([
      ['account 0', 2],
      ['one more', 1],
      ['account 0', 1],
    ]);
  });
});

it('the gateway tells at its end how long requests took, also those that it refused', async () => {
  const edge = await startEdge();
  edge.behind.contextOf = () => ({ status: 200, body: member() });
  await edge.ask('/users/profile');
  await edge.ask('/audit-logs');
  await edge.close();
  expect(edge.behind.timings.flatMap(({ timings }) => timings)).toEqual([
    expect.objectContaining({ account_id: acme, route: 'GET /users/profile', status_class: 2, people: 1 }),
    expect.objectContaining({ account_id: acme, route: 'GET /audit-logs', status_class: 4, people: 1 }),
  ]);
});
