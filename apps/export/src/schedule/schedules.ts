import {
  type DomainEvent,
  type EventOf,
  type ExportSchedule,
  type ExportScheduleCreated,
  Problem,
  type ScheduleEnd,
  type ScheduleEvent,
  type ScheduleRun,
} from '@annals/contracts';
import { accountStream, type Aggregate, isErased } from '@annals/event-store';

type Created = EventOf<typeof ExportScheduleCreated>['data'];

export interface Schedule extends Omit<Created, 'time_zone' | 'next_run_at'> {
  /** Null once the person was erased. */
  time_zone: string | null;
  next_run_at: string | null;
  last_run: ScheduleRun | null;
  ended: { reason: ScheduleEnd; at: string } | null;
}

/** The schedules of one person in one account: those that run, and the last that ended. */
export type Schedules = ReadonlyMap<string, Schedule>;

const endedShown = 20;

export function evolveSchedules(schedules: Schedules, happened: DomainEvent): Schedules {
  const event = happened as ScheduleEvent;
  if (event.type === 'ExportScheduleCreated') {
    const { time_zone, ...data } = event.data;
    const known = isErased(time_zone) ? null : time_zone;
    return new Map(schedules).set(data.schedule_id, { ...data, time_zone: known, last_run: null, ended: null });
  }
  const schedule = schedules.get(event.data.schedule_id);
  if (!schedule) return schedules;
  return withoutOldest(new Map(schedules).set(schedule.schedule_id, after(schedule, event)));
}

function after(schedule: Schedule, event: Exclude<ScheduleEvent, { type: 'ExportScheduleCreated' }>): Schedule {
  switch (event.type) {
    case 'ExportScheduleFired': {
      const { due_at, export_id, missed, at, next_run_at } = event.data;
      return { ...schedule, next_run_at, last_run: { due_at, export_id, skipped: null, missed, at } };
    }
    case 'ExportScheduleSkipped': {
      const { due_at, code, missed, at, next_run_at } = event.data;
      return { ...schedule, next_run_at, last_run: { due_at, export_id: null, skipped: code, missed, at } };
    }
    case 'ExportScheduleEnded': {
      const { reason, ended_at } = event.data;
      return { ...schedule, next_run_at: null, ended: schedule.ended ?? { reason, at: ended_at } };
    }
  }
}

function withoutOldest(schedules: Map<string, Schedule>): Schedules {
  const over = [...schedules.values()].filter(({ ended }) => ended !== null);
  for (const { schedule_id } of over.slice(0, -endedShown)) schedules.delete(schedule_id);
  return schedules;
}

/** `exportschedule-<account_id>_<user_id>`: all of a person's here in one stream, so that they are counted in one step. */
export const scheduleSets: Aggregate<Schedules> = {
  category: 'exportschedule',
  initial: new Map(),
  evolve: evolveSchedules,
};

export const schedulesId = (accountId: string, userId: string): string => accountStream(accountId, userId);

/** @throws Problem 404 `schedule-unknown` for none of theirs, and for one they have deleted */
export function knownSchedule(schedules: Schedules, id: string): Schedule {
  const schedule = schedules.get(id);
  if (!schedule || schedule.ended?.reason === 'deleted') {
    throw new Problem(404, 'schedule-unknown', 'There is no such schedule');
  }
  return schedule;
}

/** As its person is shown it. */
export const shownSchedule = (schedule: Schedule): ExportSchedule => ({
  id: schedule.schedule_id,
  status: schedule.ended ? 'ended' : 'running',
  cron: schedule.cron,
  time_zone: schedule.time_zone ?? '[erased]',
  formats: schedule.formats,
  scope: schedule.scope,
  include: schedule.include,
  created_at: schedule.created_at,
  next_run_at: schedule.next_run_at,
  last_run: schedule.last_run,
  ended: schedule.ended,
});
