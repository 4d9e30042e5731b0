import { z } from 'zod';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
import * as schema from './schemas.js';

const self = { kind: 'self' } as const;
const sessions = { owner: 'identity', tag: 'Sessions' } as const;

export const listSessionsRoute = route('listSessions', {
  method: 'GET',
  path: '/users/sessions',
  ...sessions,
  summary: 'Active sessions of the caller',
  access: self,
  query: z.strictObject({ ...pageQuery, sort_by: z.enum(['started_at', 'last_activity_at']).default('started_at') }),
  responses: { 200: pageOf(schema.Session) },
});

export const terminateAllSessionsRoute = route('terminateAllSessions', {
  method: 'DELETE',
  path: '/users/sessions/all',
  ...sessions,
  summary: 'End every session of the caller',
  access: self,
  query: z.strictObject({ except_current: z.enum(['true', 'false']).default('false') }),
  responses: { 200: schema.SessionsEnded },
});

export const terminateSessionRoute = route('terminateSession', {
  method: 'DELETE',
  path: '/users/sessions/{session_id}',
  ...sessions,
  summary: 'End one session of the caller',
  access: self,
  params: z.object({ session_id: z.uuid() }),
  responses: { 204: null },
});

export const sessionRoutes = [
  listSessionsRoute,
  terminateAllSessionsRoute,
  terminateSessionRoute,
] as const satisfies readonly Route[];
