import { z } from 'zod';
import { pageOf, pageQuery, route } from '../../route.js';
import { ImportForm, importLimits, ImportOperation, RowProblem } from './import.js';
import { maxMappingBytes } from './mapping.js';

const shared = { owner: 'export', tag: 'Data management', access: { kind: 'user' } } as const;
const path = '/users/data/import' as const;
const params = z.strictObject({ import_id: z.uuid() });
const page = z.strictObject({ page: pageQuery.page, limit: pageQuery.limit });

/** What clients say that such files are. What one really holds is found by looking at it. */
export const importTypes = [
  ...(['application/json', 'application/x-ndjson', 'text/csv', 'text/plain', 'application/zip'] as const),
  ...(['application/x-zip-compressed', 'application/vnd.ms-excel', 'application/octet-stream'] as const),
] as const;

export const importDataRoute = route('importData', {
  ...shared,
  method: 'POST',
  path,
  summary:
    'Take in a file: members (needs IMPORT_ACCOUNT_DATA and MANAGE_ALL_USERS and a recent proof), or what I say of myself',
  upload: {
    field: 'file',
    types: importTypes,
    maxBytes: importLimits.bytes,
    fields: ImportForm,
    maxTextBytes: maxMappingBytes,
  },
  responses: { 202: ImportOperation },
});

export const listImportsRoute = route('listImports', {
  ...shared,
  method: 'GET',
  path,
  summary: 'My imports into this account, newest first',
  query: page,
  responses: { 200: pageOf(ImportOperation) },
});

export const getImportRoute = route('getImport', {
  ...shared,
  method: 'GET',
  path: `${path}/{import_id}`,
  summary: 'One import with its progress',
  params,
  responses: { 200: ImportOperation },
});

export const followImportRoute = route('followImport', {
  ...shared,
  method: 'GET',
  path: `${path}/{import_id}/events`,
  summary: 'Progress as Server-Sent Events; resumes after Last-Event-ID',
  params,
  responses: { 200: 'stream' },
});

export const listImportErrorsRoute = route('listImportErrors', {
  ...shared,
  method: 'GET',
  path: `${path}/{import_id}/errors`,
  summary: 'What is wrong with which rows, in the order of the file; never their values',
  params,
  query: page,
  responses: { 200: pageOf(RowProblem) },
});

export const downloadImportErrorsRoute = route('downloadImportErrors', {
  ...shared,
  method: 'GET',
  path: `${path}/{import_id}/errors/file`,
  summary: 'The same as a CSV file',
  params,
  responses: { 200: 'stream' },
});

export const cancelImportRoute = route('cancelImport', {
  ...shared,
  method: 'DELETE',
  path: `${path}/{import_id}`,
  summary: 'Cancel an import that has not ended; what was applied stays',
  params,
  responses: { 204: null },
});

export const importRoutes = [
  ...[importDataRoute, listImportsRoute, getImportRoute, followImportRoute],
  ...[listImportErrorsRoute, downloadImportErrorsRoute, cancelImportRoute],
] as const;
