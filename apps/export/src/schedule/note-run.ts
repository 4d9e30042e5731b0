import type { ScheduleEvent } from '@annals/contracts';
import { countTimes, nextTime } from './cron.js';
import type { Schedule, Schedules } from './schedules.js';

export type RunOutcome = { export_id: string } | { skipped: string };

/**
 * Notes what came of a time that a schedule was due. It is the first one that nothing was done for; how often it was due
 * since, while nothing ran, is noted with it, and the next is the first one that is still to come.
 * @returns nothing when that time is noted already, or the schedule has ended
 */
export function noteRun(
  command: { schedule_id: string; due_at: string; outcome: RunOutcome; now: string },
  schedules: Schedules,
): ScheduleEvent[] {
  const { schedule_id, due_at, outcome, now } = command;
  const schedule = schedules.get(schedule_id);
  if (!schedule || schedule.ended !== null || schedule.next_run_at !== due_at) return [];
  const { account_id, user_id } = schedule;
  const data = { account_id, user_id, schedule_id, ...timesAround(schedule, due_at, now), due_at, at: now };
  return 'skipped' in outcome
    ? [{ type: 'ExportScheduleSkipped', data: { ...data, code: outcome.skipped } }]
    : [{ type: 'ExportScheduleFired', data: { ...data, export_id: outcome.export_id } }];
}

function timesAround({ cron, time_zone }: Schedule, dueAt: string, now: string) {
  if (time_zone === null) return { missed: 0, next_run_at: null };
  const [due, present] = [new Date(dueAt), new Date(now)];
  const missed = countTimes(cron, time_zone, { after: due, until: present });
  const next = nextTime(cron, time_zone, present > due ? present : due);
  return { missed, next_run_at: next?.toISOString() ?? null };
}
