import { z } from 'zod';
import { pageOf, pageQuery, route } from '../route.js';
import { erasureRoutes } from './erasure/routes.js';
import { exportScheduleRoutes } from './schedule/routes.js';
import { importRoutes } from './import/routes.js';
import { standingRoutes } from './standing/routes.js';
import { ExportOperation, RequestExport } from './exports.js';

const params = z.strictObject({ export_id: z.uuid() });
const shared = { owner: 'export', tag: 'Data management', access: { kind: 'user' } } as const;

export const requestExportRoute = route('requestExport', {
  ...shared,
  method: 'POST',
  path: '/users/data/export',
  summary: 'Ask for a copy of everything held about me',
  body: RequestExport,
  responses: { 202: ExportOperation },
});

export const listExportsRoute = route('listExports', {
  ...shared,
  method: 'GET',
  path: '/users/data/export',
  summary: 'My exports, newest first',
  query: z.strictObject({ page: pageQuery.page, limit: pageQuery.limit }),
  responses: { 200: pageOf(ExportOperation) },
});

export const getExportRoute = route('getExport', {
  ...shared,
  method: 'GET',
  path: '/users/data/export/{export_id}',
  summary: 'One export with its progress',
  params,
  responses: { 200: ExportOperation },
});

export const followExportRoute = route('followExport', {
  ...shared,
  method: 'GET',
  path: '/users/data/export/{export_id}/events',
  summary: 'Progress as Server-Sent Events; resumes after Last-Event-ID',
  params,
  responses: { 200: 'stream' },
});

export const downloadExportRoute = route('downloadExport', {
  ...shared,
  method: 'GET',
  path: '/users/data/export/{export_id}/download',
  summary: 'The document, once, until it expires',
  params,
  responses: { 200: 'stream' },
});

export const cancelExportRoute = route('cancelExport', {
  ...shared,
  method: 'DELETE',
  path: '/users/data/export/{export_id}',
  summary: 'Cancel a running export, or remove a finished one',
  params,
  responses: { 204: null },
});

export const exportRoutes = [
  requestExportRoute,
  listExportsRoute,
  getExportRoute,
  followExportRoute,
  downloadExportRoute,
  cancelExportRoute,
  ...erasureRoutes,
  ...importRoutes,
  ...standingRoutes,
  ...exportScheduleRoutes,
] as const;
