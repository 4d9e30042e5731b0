import { CreateExportSchedule, maxExportSchedules, type ScheduleEvent } from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { createSchedule } from './create-schedule.js';
import { endSchedule, endSchedules } from './end-schedule.js';
import { noteRun } from './note-run.js';
import { evolveSchedules, knownSchedule, type Schedules, scheduleSets, shownSchedule } from './schedules.js';

const whose = {
  account_id: '0190f5a0-0000-7000-8000-00000000000a',
  user_id: '0190f5a0-0000-7000-8000-000000000001',
};
const idOf = (n: number) => `0190f5a0-0000-7000-8000-0000000000f${n}`;
const ids = { ...whose, schedule_id: idOf(0) };
const now = '2026-03-01T12:00:00.000Z';
const due = '2026-03-02T08:00:00.000Z';
const next = '2026-03-03T08:00:00.000Z';
const export_id = '0190f5a0-0000-7000-8000-0000000000e1';
const wish = { cron: '0 9 * * *', time_zone: 'Europe/Vienna', formats: ['json' as const], scope: 'self' as const };
const command = { ...ids, ...wish, include: ['user' as const], now };

const created = (n = 0, at = now): ScheduleEvent => ({
  type: 'ExportScheduleCreated',
  data: { ...whose, schedule_id: idOf(n), ...wish, include: ['user'], next_run_at: due, created_at: at },
});
const fired: ScheduleEvent = {
  type: 'ExportScheduleFired',
  data: { ...ids, export_id, due_at: due, missed: 0, at: due, next_run_at: next },
};
const skipped: ScheduleEvent = {
  type: 'ExportScheduleSkipped',
  data: { ...ids, code: 'exports-running', due_at: due, missed: 0, at: due, next_run_at: next },
};
const ended: ScheduleEvent = {
  type: 'ExportScheduleEnded',
  data: { ...ids, reason: 'membership-ended', ended_at: now },
};
const shape = { initial: scheduleSets.initial, evolve: evolveSchedules };
const histories = fc.array(fc.constantFrom(created(), created(1), fired, skipped, ended), { maxLength: 8 });
const stateOf = (...events: ScheduleEvent[]): Schedules => events.reduce(evolveSchedules, scheduleSets.initial);

describe('wishing a schedule', () => {
  const spec = deciderSpec({ ...shape, decide: createSchedule });
  it('is a fact with its first time', () => spec.given([]).when(command).then([created()]));
  it('twice is one schedule', () => spec.given([created()]).when(command).thenNothing());
  it('takes all sections of its scope unless said', () => {
    const { include: _, ...all } = { ...command, scope: 'account' as const };
    expect(createSchedule(all, stateOf())[0]).toMatchObject({
      data: { include: ['account', 'members', 'roles', 'invitations'] },
    });
  });
  it('is refused beyond as many as one may have, of which those that ended are none', () => {
    const full = Array.from({ length: maxExportSchedules }, (_, n) => created(n + 1));
    spec.given(full).when(command).thenRefuses('too-many-schedules');
    const [, ...rest] = full;
    expect(
      createSchedule(
        command,
        stateOf(...rest, created(9), { ...ended, data: { ...ended.data, schedule_id: idOf(9) } }),
      ),
    ).toHaveLength(1);
  });
  it('is refused when it never comes', () =>
    spec
      .given([])
      .when({ ...command, cron: '0 0 30 2 *' })
      .thenRefuses('cron-invalid'));
  laws('wishing', { ...shape, decide: createSchedule }, { commands: fc.constant(command), histories });

  it.each([
    ['six fields', { cron: '0 0 9 * * *' }, 'cron'],
    ['a moment', { cron: '2026-05-05T00:00:00' }, 'cron'],
    ['a zone that is none', { time_zone: 'Mars/Olympus' }, 'time_zone'],
    ['an offset for a zone', { time_zone: '+01:00' }, 'time_zone'],
    ['a section of another scope', { scope: 'account', include: ['sessions'] }, 'include'],
    ['a field that is none', { destination: 'elsewhere' }, ''],
  ])('does not name %s', (_what, over, path) => {
    const issues = CreateExportSchedule.safeParse({ cron: '0 9 * * *', ...over }).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('a time that a schedule was due', () => {
  const spec = deciderSpec({ ...shape, decide: noteRun });
  const run = { schedule_id: ids.schedule_id, due_at: due, outcome: { export_id }, now: due };
  it('is noted with its export, and the next time', () => spec.given([created()]).when(run).then([fired]));
  it('is noted with why there is none', () =>
    spec
      .given([created()])
      .when({ ...run, outcome: { skipped: 'exports-running' } })
      .then([skipped]));
  it('is noted once', () => spec.given([created(), fired]).when(run).thenNothing());
  it('is none of a schedule that has ended', () => spec.given([created(), ended]).when(run).thenNothing());
  it('stands for all that were missed while nothing ran, over a change of the clock too', () => {
    const [noted] = noteRun({ ...run, now: '2026-03-31T09:30:00.000Z' }, stateOf(created()));
    expect(noted!.data).toMatchObject({ due_at: due, missed: 29, next_run_at: '2026-04-01T07:00:00.000Z' });
  });
  laws('noting', { ...shape, decide: noteRun }, { commands: fc.constant(run), histories });
});

describe('the end of a schedule', () => {
  const one = { schedule_id: ids.schedule_id, reason: 'membership-ended' as const, now };
  const spec = deciderSpec({ ...shape, decide: endSchedule });
  it('is a fact with its reason', () => spec.given([created(), fired]).when(one).then([ended]));
  it('is none of one that has ended or never was', () => {
    spec.given([created(), ended]).when(one).thenNothing();
    spec.given([]).when(one).thenNothing();
  });
  laws('ending', { ...shape, decide: endSchedule }, { commands: fc.constant(one), histories });

  it('of all leaves those alone that were wished later, by somebody who is back', () => {
    const later = created(1, '2026-03-05T12:00:00.000Z');
    const all = endSchedules(
      { reason: 'membership-ended', until: '2026-03-02T00:00:00.000Z', now },
      stateOf(created(), later),
    );
    expect(all).toEqual([ended]);
  });
});

describe('a schedule as its person sees it', () => {
  const shown = (...events: ScheduleEvent[]) => shownSchedule(knownSchedule(stateOf(...events), ids.schedule_id));
  it('says when it runs next and what came of the last time', () =>
    expect(shown(created(), fired)).toMatchObject({
      ...{ status: 'running', next_run_at: next, cron: '0 9 * * *', time_zone: 'Europe/Vienna', ended: null },
      last_run: { due_at: due, export_id, missed: 0, skipped: null },
    }));
  it('says why it has ended', () =>
    expect(shown(created(), ended)).toMatchObject({
      ...{ status: 'ended', next_run_at: null },
      ended: { reason: 'membership-ended', at: now },
    }));
  it('is not there any more when they deleted it, nor when it never was', () => {
    const unknown = expect.objectContaining({ status: 404, code: 'schedule-unknown' }) as Error;
    const deleted = { ...ended, data: { ...ended.data, reason: 'deleted' } } as ScheduleEvent;
    expect(() => shown(created(), deleted)).toThrow(unknown);
    expect(() => shown()).toThrow(unknown);
  });
  it('is remembered for a while, and not for ever', () => {
    const lives = Array.from({ length: 30 }, (_, n) => {
      const schedule_id = `0190f5a0-0000-7000-8000-0000000010${String(n).padStart(2, '0')}`;
      return [created(), ended].map((event) => ({ ...event, data: { ...event.data, schedule_id } }) as ScheduleEvent);
    });
    expect(stateOf(...lives.flat()).size).toBe(20);
  });
});
