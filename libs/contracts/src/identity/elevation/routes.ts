import { z } from 'zod';
import { route, type Route } from '../../route.js';
import { oneLine } from '../personal.js';
import * as schema from './schemas.js';

const self = { kind: 'self' } as const;
const elevations = { owner: 'identity', tag: 'Elevations' } as const;

/** Longest elevation, in minutes. */
export const longestElevationMinutes = 60;

export const startElevationRoute = route('startElevation', {
  method: 'POST',
  path: '/elevations',
  ...elevations,
  summary: 'Super admins: work in one account as ADMIN for a while; it stands in that account’s audit log',
  access: self,
  reauthenticated: true,
  body: z.strictObject({
    account_id: z.uuid(),
    /** Read by the account's administrators. */
    reason: oneLine(500).min(10),
    minutes: z.number().int().min(1).max(longestElevationMinutes).default(longestElevationMinutes),
  }),
  responses: { 201: schema.Elevation },
});

export const listElevationsRoute = route('listElevations', {
  method: 'GET',
  path: '/elevations',
  ...elevations,
  summary: 'Elevations of the caller that are in force',
  access: self,
  responses: { 200: z.object({ data: z.array(schema.Elevation) }) },
});

export const endElevationRoute = route('endElevation', {
  method: 'DELETE',
  path: '/elevations/{id}',
  ...elevations,
  summary: 'Leave an account before the time is over',
  access: self,
  params: z.object({ id: z.uuid() }),
  responses: { 204: null },
});

export const elevationRoutes = [
  startElevationRoute,
  listElevationsRoute,
  endElevationRoute,
] as const satisfies readonly Route[];
