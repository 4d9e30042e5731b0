import {
  type CreateExportSchedule,
  maxExportSchedules,
  partsOfScope,
  Problem,
  type ScheduleEvent,
} from '@annals/contracts';
import { firstTime } from './cron.js';
import type { Schedules } from './schedules.js';

export interface CreateSchedule extends CreateExportSchedule {
  account_id: string;
  user_id: string;
  schedule_id: string;
  now: string;
}

/** @throws Problem 409 `too-many-schedules`, 400 `cron-invalid` */
export function createSchedule(command: CreateSchedule, schedules: Schedules): ScheduleEvent[] {
  const { now, include = [...partsOfScope(command.scope)], ...wish } = command;
  if (schedules.has(command.schedule_id)) return [];
  const running = [...schedules.values()].filter(({ ended }) => ended === null);
  if (running.length >= maxExportSchedules) {
    throw new Problem(409, 'too-many-schedules', `You may have ${maxExportSchedules} schedules here at a time`);
  }
  const next_run_at = firstTime(wish.cron, wish.time_zone, new Date(now)).toISOString();
  return [{ type: 'ExportScheduleCreated', data: { ...wish, include, next_run_at, created_at: now } }];
}
