import { randomUUID } from 'node:crypto';
import { allEvents, type CurrentUserContext, Problem } from '@annals/contracts';
import { derivedId, type StoredEvent } from '@annals/event-store';
import { type ProjectionRunner, runProjection } from '@annals/postgres';
import { createLogger } from '@annals/service';
import { eraseHolders, signedIn, startTestService, testStores, type TestService, until } from '@annals/testing';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { openExports } from '../views/open-exports/open-exports.projection.js';
import { dueSchedules, runningSchedules } from '../views/schedules/schedules.projection.js';
import { scheduleRoutesOf } from './routes.js';
import { runSchedule, type ScheduleParts } from './run-schedule.js';
import { startScheduler } from './scheduler.js';
import { scheduleSets, schedulesId } from './schedules.js';

const stores = testStores({ service: 'export', events: allEvents, projections: [openExports, runningSchedules] });
const logger = createLogger({ service: 'export', level: 'silent' });
let views: ProjectionRunner[];
let service: TestService;
let refusal: Problem | undefined;
let clock = new Date();

beforeAll(async () => {
  const { store, database, keyEncryptionKey: commandKey } = stores();
  views = [openExports, runningSchedules].map((projection) =>
    runProjection({ projection, pool: database.pool, store }),
  );
  service = await startTestService({ service: 'export', routes: scheduleRoutesOf({ store }), commandKey });
});
afterAll(async () => {
  await service.stop();
  await Promise.all(views.map((view) => view.stop()));
});
beforeEach(() => {
  refusal = undefined;
  clock = new Date();
});

const parts = (over: Partial<ScheduleParts> = {}): ScheduleParts => {
  const { store, database } = stores();
  const may = async () => {
    if (refusal) throw refusal;
  };
  return {
    ...{ store, pool: database.pool, openExports: views[0]!, room: { perPerson: 2, perAccount: 50 }, limitBytes: 1000 },
    ...{ mayRequest: { self: may, account: may }, now: () => clock, ...over },
  };
};
const path = '/users/data/export/schedules';
const hourly = { cron: '0 * * * *', time_zone: 'Europe/Vienna', include: ['user'] };
async function scheduled(who: CurrentUserContext, body: object = hourly) {
  const { status, json } = await service.call('POST', path, who, { body });
  expect(status).toBe(201);
  const schedule_id = json.id as string;
  const ids = { schedule_id, account: who.account_id!, owner: who.user_id! };
  return { ...ids, due: new Date(json.next_run_at as string) };
}
const shown = async (who: CurrentUserContext, id: string) => (await service.call('GET', `${path}/${id}`, who)).json;
const eventsOf = async (stream: string) => {
  const found: StoredEvent[] = [];
  for await (const event of stores().store.readStream(stream)) found.push(event);
  return found;
};
const requestsOf = (who: CurrentUserContext, id: string) =>
  eventsOf(`export-${exportId(who.account_id!, id)}`).then((events) => events.map(({ type }) => type));
const later = (date: Date, hours: number) => new Date(date.getTime() + hours * 3_600_000);

describe('a schedule that is due', () => {
  it('asks for the export by name of the scheduler, on behalf of its person, and says when it runs next', async () => {
    const who = signedIn();
    const schedule = await scheduled(who);
    clock = schedule.due;
    await runSchedule(parts(), schedule);
    const id = derivedId(schedule.schedule_id, schedule.due.toISOString());
    const [requested] = await eventsOf(`export-${exportId(who.account_id!, id)}`);
    expect(requested).toMatchObject({
      ...{ type: 'ExportRequested', data: { user_id: who.user_id, scope: 'self', include: ['user'] } },
      metadata: {
        account_id: who.account_id,
        actor: { kind: 'service', principal: 'svc:export-scheduler', user_id: null, on_behalf_of: who.user_id },
      },
    });
    expect(await shown(who, schedule.schedule_id)).toMatchObject({
      ...{ status: 'running', next_run_at: later(schedule.due, 1).toISOString() },
      last_run: { due_at: schedule.due.toISOString(), export_id: id, missed: 0, skipped: null },
    });
  });

  it('is not run before its time', async () => {
    const who = signedIn();
    const schedule = await scheduled(who);
    clock = new Date(schedule.due.getTime() - 1);
    await runSchedule(parts(), schedule);
    expect((await shown(who, schedule.schedule_id)).last_run).toBeNull();
  });

  it('is run once, however many processes do it at once', async () => {
    const who = signedIn();
    const schedule = await scheduled(who);
    clock = schedule.due;
    await Promise.all(Array.from({ length: 8 }, () => runSchedule(parts(), schedule)));
    const own = await eventsOf(`exportschedule-${schedulesId(who.account_id!, who.user_id!)}`);
    expect(own.map(({ type }) => type)).toEqual(['ExportScheduleCreated', 'ExportScheduleFired']);
    const id = derivedId(schedule.schedule_id, schedule.due.toISOString());
    expect(await requestsOf(who, id)).toEqual(['ExportRequested']);
  });

  it('killed between the request and the note of it makes no second export, and none is missed', async () => {
    const who = signedIn();
    const schedule = await scheduled(who);
    clock = schedule.due;
    const { store } = stores();
    const dying: ScheduleParts['store'] = {
      ...store,
      execute: (aggregate, id, command) =>
        aggregate.category === scheduleSets.category
          ? Promise.reject(new Error('killed'))
          : store.execute(aggregate, id, command),
    };
    await expect(runSchedule(parts({ store: dying }), schedule)).rejects.toThrow('killed');
    const id = derivedId(schedule.schedule_id, schedule.due.toISOString());
    expect(await requestsOf(who, id)).toEqual(['ExportRequested']);
    clock = later(schedule.due, 3);
    await runSchedule(parts(), schedule);
    expect(await requestsOf(who, id)).toEqual(['ExportRequested']);
    expect(await shown(who, schedule.schedule_id)).toMatchObject({
      ...{ last_run: { export_id: id, missed: 3 }, next_run_at: later(schedule.due, 4).toISOString() },
    });
  });

  it('makes up for everything that was missed with one export, which says how much that was', async () => {
    const who = signedIn();
    const schedule = await scheduled(who);
    clock = later(schedule.due, 30.5);
    await runSchedule(parts(), schedule);
    await runSchedule(parts(), schedule);
    const own = await eventsOf(`exportschedule-${schedulesId(who.account_id!, who.user_id!)}`);
    expect(own.slice(1).map(({ data }) => data)).toEqual([
      expect.objectContaining({ missed: 30, next_run_at: later(schedule.due, 31).toISOString() }) as object,
    ]);
  });

  it('is skipped with the reason while enough exports run, and due again', async () => {
    const who = signedIn();
    const schedule = await scheduled(who);
    for (const at of [0, 1, 2]) {
      clock = later(schedule.due, at);
      await runSchedule(parts(), schedule);
    }
    expect(await shown(who, schedule.schedule_id)).toMatchObject({
      ...{ status: 'running', next_run_at: later(schedule.due, 3).toISOString() },
      last_run: { export_id: null, skipped: 'exports-running' },
    });
  });

  it.each(['membership-ended', 'user-inactive', 'account-closed', 'permission-required'])(
    'ends with %s when its person may not have it at that moment',
    async (code) => {
      const who = signedIn();
      const schedule = await scheduled(who);
      clock = schedule.due;
      refusal = new Problem(403, code, 'no more');
      await runSchedule(parts(), schedule);
      refusal = undefined;
      await runSchedule(parts(), schedule);
      expect(await shown(who, schedule.schedule_id)).toMatchObject({
        ...{ status: 'ended', next_run_at: null, last_run: null, ended: { reason: code } },
      });
    },
  );

  it.each([
    [503, 'service-unreachable'],
    [403, 'principal-required'],
  ])('stays due while nobody can say whether its person may have it: %i %s', async (status, code) => {
    const who = signedIn();
    const schedule = await scheduled(who);
    clock = schedule.due;
    refusal = new Problem(status, code, 'away');
    await expect(runSchedule(parts(), schedule)).rejects.toBe(refusal);
    refusal = undefined;
    await runSchedule(parts(), schedule);
    expect((await shown(who, schedule.schedule_id)).last_run).toMatchObject({ missed: 0 });
  });

  it('of somebody who was erased ends, and nobody reads any more where they live', async () => {
    const who = signedIn();
    const schedule = await scheduled(who);
    clock = schedule.due;
    await stores().keys.destroy(`${who.account_id}/${who.user_id}`);
    await runSchedule(parts(), schedule);
    expect(await shown(who, schedule.schedule_id)).toMatchObject({
      ...{ time_zone: '[erased]', ended: { reason: 'subject-erased' } },
    });
  });
});

describe('the clock of the schedules', () => {
  it('runs what is due in every account, and what fails holds up no other', async () => {
    const people = [signedIn(), signedIn(), signedIn()];
    const schedules = await Promise.all(people.map((who) => scheduled(who)));
    await views[1]!.caughtUp();
    // A full hour may have struck between them.
    clock = new Date(Math.max(...schedules.map(({ due }) => due.getTime())));
    const failing = people[1]!.user_id;
    const running = parts({
      mayRequest: {
        account: async () => undefined,
        self: async ({ userId }) => {
          if (userId === failing) throw new Error('cannot be asked');
        },
      },
    });
    const { pool } = stores().database;
    const clocks = [1, 2].map(() => startScheduler({ parts: running, pool, logger, lookEveryMs: 20 }));
    const ran = async (n: number) => (await shown(people[n]!, schedules[n]!.schedule_id)).last_run !== null;
    await until('the others have run', async () => (await ran(0)) && ran(2));
    await Promise.all(clocks.map((one) => one.stop()));
    expect(await ran(1)).toBe(false);
    const state = await stores().store.load(
      exportAggregate,
      exportId(people[0]!.account_id!, derivedId(schedules[0]!.schedule_id, schedules[0]!.due.toISOString())),
    );
    expect(state.state.kind).toBe('known');
  });

  it('forgets whoever was erased in an account, and nobody else', async () => {
    const here = signedIn();
    const there = signedIn('VIEWER', { user_id: here.user_id });
    const [gone, kept] = [await scheduled(here), await scheduled(there)];
    await eraseHolders(stores().keys, [stores().store], [{ account_id: here.account_id!, user_id: here.user_id! }]);
    await views[1]!.caughtUp();
    const due = await dueSchedules(stores().database.pool, later(new Date(), 48), 1000);
    const ids = due.map(({ schedule_id }) => schedule_id);
    expect([ids.includes(gone.schedule_id), ids.includes(kept.schedule_id)]).toEqual([false, true]);
  });
});

describe('the schedules that somebody has', () => {
  it('are shown newest first, are theirs alone, and end when they wish', async () => {
    const who = signedIn();
    const [first, second] = [await scheduled(who), await scheduled(who, { ...hourly, cron: '@daily' })];
    const list = async (as: CurrentUserContext) =>
      ((await service.call('GET', path, as)).json.data as { id: string }[]).map(({ id }) => id);
    expect(await list(who)).toEqual([second.schedule_id, first.schedule_id]);
    const strangers = [signedIn('ADMIN', { account_id: who.account_id }), signedIn('VIEWER', { user_id: who.user_id })];
    for (const stranger of strangers) {
      expect(await list(stranger)).toEqual([]);
      for (const method of ['GET', 'DELETE']) {
        const { status, json } = await service.call(method, `${path}/${first.schedule_id}`, stranger);
        expect([status, json.code]).toEqual([404, 'schedule-unknown']);
      }
    }
    expect((await service.call('DELETE', `${path}/${first.schedule_id}`, who)).status).toBe(204);
    expect((await shown(who, first.schedule_id)).code).toBe('schedule-unknown');
    expect(await list(who)).toEqual([second.schedule_id]);
    clock = first.due;
    await runSchedule(parts(), first);
    expect(await requestsOf(who, derivedId(first.schedule_id, first.due.toISOString()))).toEqual([]);
  });

  it('of an account are for whoever may export it and has just proven who they are; no visitor has any', async () => {
    const body = { ...hourly, scope: 'account', include: ['members'] };
    const codeFor = async (who: CurrentUserContext, wish: object = body) => {
      const { status, json } = await service.call('POST', path, who, { body: wish });
      return [status, json.code];
    };
    const proven = { authenticated_at: new Date().toISOString() };
    expect(await codeFor(signedIn('VIEWER', proven))).toEqual([403, 'permission-required']);
    const admin = { ...proven, permissions: ['EXPORT_ACCOUNT_DATA' as const] };
    expect(await codeFor(signedIn('ADMIN', { ...admin, authenticated_at: '2026-01-01T00:00:00.000Z' }))).toEqual([
      ...[403, 'reauthentication-required'],
    ]);
    expect(await codeFor(signedIn('ADMIN', admin))).toEqual([201, undefined]);
    const visitor = { is_super_admin: true, is_system_admin_access: true, elevation_id: randomUUID() };
    expect(await codeFor(signedIn('ADMIN', { ...admin, ...visitor }))).toEqual([403, 'member-required']);
    expect(await codeFor(signedIn(), { ...hourly, cron: '* * * * *' })).toEqual([400, 'cron-invalid']);
  });

  it('keep in the store nothing in clear of where their person lives', async () => {
    const who = signedIn();
    await scheduled(who, { ...hourly, time_zone: 'Pacific/Chatham' });
    const stored: unknown[] = [];
    const stream = `exportschedule-${schedulesId(who.account_id!, who.user_id!)}`;
    for await (const { data } of stores().store.readStream(stream, { open: false })) stored.push(data);
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain('Chatham');
    expect((await eventsOf(stream)).map(({ type }) => type)).toEqual(['ExportScheduleCreated']);
  });
});
