import { z } from 'zod';
import { route } from '../../route.js';
import { CreateExportSchedule, ExportSchedule } from './schedules.js';

const params = z.strictObject({ schedule_id: z.uuid() });
const shared = { owner: 'export', tag: 'Data management', access: { kind: 'user' } } as const;

export const createExportScheduleRoute = route('createExportSchedule', {
  ...shared,
  method: 'POST',
  path: '/users/data/export/schedules',
  summary: 'Have exports made by the clock: of me, or of the account for whoever may export it',
  body: CreateExportSchedule,
  responses: { 201: ExportSchedule },
});

export const listExportSchedulesRoute = route('listExportSchedules', {
  ...shared,
  method: 'GET',
  path: '/users/data/export/schedules',
  summary: 'My schedules here, newest first, with those that have ended lately',
  responses: { 200: z.object({ data: z.array(ExportSchedule) }) },
});

export const getExportScheduleRoute = route('getExportSchedule', {
  ...shared,
  method: 'GET',
  path: '/users/data/export/schedules/{schedule_id}',
  summary: 'One schedule: when it runs next, and what came of the last time',
  params,
  responses: { 200: ExportSchedule },
});

export const deleteExportScheduleRoute = route('deleteExportSchedule', {
  ...shared,
  method: 'DELETE',
  path: '/users/data/export/schedules/{schedule_id}',
  summary: 'End a schedule; exports that it made stay',
  params,
  responses: { 204: null },
});

export const exportScheduleRoutes = [
  createExportScheduleRoute,
  listExportSchedulesRoute,
  getExportScheduleRoute,
  deleteExportScheduleRoute,
] as const;
