import { z } from 'zod';
import { oneLine } from '../../identity/personal.js';
import { route, type Route } from '../../route.js';
import { ParkedDetail, parkedFilters, ParkedId, ParkedWork, parkingServices } from './schemas.js';

const shared = { owner: 'activity', tag: 'Operations', access: { kind: 'super_admin' } } as const;
const params = z.object({ parked_id: ParkedId });

export const ParkedQuery = z.strictObject({
  ...parkedFilters,
  limit: z.coerce.number().int().min(1).max(100).default(50),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
  /** `meta.next_cursor` of the answer before; of use for the same filters and order only. */
  cursor: z.string().max(512).optional(),
});
export type ParkedQuery = z.infer<typeof ParkedQuery>;

export const listParkedRoute = route('listParked', {
  ...shared,
  method: 'GET',
  path: '/parked',
  summary: 'Work put aside by all services: events, messages and dead letters that could not be handled',
  query: ParkedQuery,
  responses: {
    200: z.object({
      data: z.array(ParkedWork),
      meta: z.object({
        limit: z.number().int(),
        next_cursor: z.string().nullable(),
        /** Services that did not answer in time: their work is missing here. */
        unanswered: z.array(z.enum(parkingServices)),
      }),
    }),
  },
});

export const getParkedRoute = route('getParked', {
  ...shared,
  method: 'GET',
  path: '/parked/{parked_id}',
  summary: 'One piece of work put aside; unknown once it is done',
  params,
  responses: { 200: ParkedDetail },
});

export const retryParkedRoute = route('retryParked', {
  ...shared,
  method: 'POST',
  path: '/parked/{parked_id}/retry',
  summary: 'Have it tried again now, in order; it stands in the audit log of the account it is for',
  params,
  body: z.strictObject({ reason: oneLine(500).optional() }),
  responses: { 202: z.object({ id: ParkedId }) },
});

export const parkedRoutes = [listParkedRoute, getParkedRoute, retryParkedRoute] as const satisfies readonly Route[];
