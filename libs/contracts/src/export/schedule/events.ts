import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { pii } from '../../personal-data.js';
import { DocumentFormat, ExportPart, ExportScope } from '../exports.js';
import { ScheduleEnd } from './schedules.js';

const ids = { account_id: z.uuid(), user_id: z.uuid(), schedule_id: z.uuid() };
const keys = ['account_id', 'user_id', 'schedule_id'] as const;
const category = 'exportschedule';
/** Null: the clock it is meant on is not known any more. */
const next_run_at = z.iso.datetime().nullable();

export const ExportScheduleCreated = event('ExportScheduleCreated', {
  category,
  subject: 'user_id',
  data: z.strictObject({
    ...ids,
    cron: z.string(),
    /** Tells where somebody lives, as the time zone of their preferences does. */
    time_zone: pii(z.string(), {
      ...{ category: 'location', purpose: 'preferences', basis: 'contract', retention: 'account' },
    }),
    formats: z.array(DocumentFormat),
    scope: ExportScope,
    include: z.array(ExportPart),
    next_run_at: z.iso.datetime(),
    created_at: z.iso.datetime(),
  }),
  audit: { entity: 'ExportSchedule', action: 'INSERT', keys },
});

const due = { due_at: z.iso.datetime(), missed: z.number().int().min(0), at: z.iso.datetime(), next_run_at };

/** It was due, and its export has been asked for. */
export const ExportScheduleFired = event('ExportScheduleFired', {
  category,
  data: z.strictObject({ ...ids, export_id: z.uuid(), ...due }),
  audit: { entity: 'ExportSchedule', action: 'UPDATE', keys },
});

/** It was due, and there was no room for its export: `code` says why. */
export const ExportScheduleSkipped = event('ExportScheduleSkipped', {
  category,
  data: z.strictObject({ ...ids, code: z.string(), ...due }),
  audit: { entity: 'ExportSchedule', action: 'UPDATE', keys },
});

export const ExportScheduleEnded = event('ExportScheduleEnded', {
  category,
  data: z.strictObject({ ...ids, reason: ScheduleEnd, ended_at: z.iso.datetime() }),
  audit: { entity: 'ExportSchedule', action: 'DELETE', keys: [...keys, 'reason'] },
});

export const scheduleEvents = [
  ExportScheduleCreated,
  ExportScheduleFired,
  ExportScheduleSkipped,
  ExportScheduleEnded,
] as const;
export type ScheduleEvent = EventOf<(typeof scheduleEvents)[number]>;
