import type { ScheduleEnd, ScheduleEvent } from '@annals/contracts';
import type { Schedule, Schedules } from './schedules.js';

const ended = (
  { account_id, user_id, schedule_id }: Schedule,
  { reason, now }: { reason: ScheduleEnd; now: string },
): ScheduleEvent => ({
  type: 'ExportScheduleEnded',
  data: { account_id, user_id, schedule_id, reason, ended_at: now },
});

/** Ends one; ending it twice is ending it once. */
export function endSchedule(
  command: { schedule_id: string; reason: ScheduleEnd; now: string },
  schedules: Schedules,
): ScheduleEvent[] {
  const schedule = schedules.get(command.schedule_id);
  return schedule && schedule.ended === null ? [ended(schedule, command)] : [];
}

/** Ends all that were wished up to a moment: what somebody wishes who is back goes on. */
export function endSchedules(
  command: { reason: ScheduleEnd; until: string; now: string },
  schedules: Schedules,
): ScheduleEvent[] {
  return [...schedules.values()]
    .filter((schedule) => schedule.ended === null && schedule.created_at <= command.until)
    .map((schedule) => ended(schedule, command));
}
