import { z } from 'zod';
import { timeZone } from '../../profile/timezone.js';
import { DocumentFormat, ExportPart, ExportScope, partsOfScope, RequestExport } from '../exports.js';

/** Most schedules that one person may have running in one account. */
export const maxExportSchedules = 5;

/** Five fields, or one of the usual names for them. What a field may hold is checked where its next time is found. */
const cron = z
  .string()
  .trim()
  .max(100)
  .regex(
    /^(@(hourly|daily|weekly|monthly|yearly|annually)|[0-9A-Za-z*,/#-]+( +[0-9A-Za-z*,/#-]+){4})$/,
    'must be five fields: minute, hour, day of the month, month, day of the week',
  );

export const CreateExportSchedule = z
  .strictObject({
    ...RequestExport.shape,
    cron,
    /** The clock that the fields are meant on. */
    time_zone: timeZone.default('UTC'),
  })
  .refine(({ scope, include = [] }) => include.every((part) => partsOfScope(scope).includes(part)), {
    path: ['include'],
    message: 'names a section that this scope has not',
  });
export type CreateExportSchedule = z.infer<typeof CreateExportSchedule>;

/**
 * Why a schedule runs no more: its person wished it, or may not have such exports any more. One whose person has left
 * does not begin again when they come back.
 */
export const scheduleEnds = [
  ...(['deleted', 'membership-ended', 'user-inactive', 'user-disabled', 'user-deleted'] as const),
  ...(['account-closed', 'permission-required', 'subject-erased'] as const),
] as const;
export const ScheduleEnd = z.enum(scheduleEnds);
export type ScheduleEnd = z.infer<typeof ScheduleEnd>;

/** The last time a schedule was due. */
export const ScheduleRun = z.object({
  due_at: z.iso.datetime(),
  /** The export that was asked for; null when none could be, for the reason of `skipped`. */
  export_id: z.uuid().nullable(),
  skipped: z.string().nullable(),
  /** How often it was due besides while nothing ran: one export stands for all of them. */
  missed: z.number().int().min(0),
  at: z.iso.datetime(),
});
export type ScheduleRun = z.infer<typeof ScheduleRun>;

export const ExportSchedule = z.object({
  id: z.uuid(),
  status: z.enum(['running', 'ended']),
  cron: z.string(),
  time_zone: z.string(),
  formats: z.array(DocumentFormat),
  scope: ExportScope,
  include: z.array(ExportPart),
  created_at: z.iso.datetime(),
  /** Null once it has ended. */
  next_run_at: z.iso.datetime().nullable(),
  last_run: ScheduleRun.nullable(),
  ended: z.object({ reason: ScheduleEnd, at: z.iso.datetime() }).nullable(),
});
export type ExportSchedule = z.infer<typeof ExportSchedule>;
