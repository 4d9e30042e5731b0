import { z } from 'zod';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
import * as schema from './schemas.js';
import { builtInRoles } from '../../permissions.js';

const manager = { kind: 'role', min: 'MANAGER' } as const;
const users = { owner: 'identity', tag: 'Users' } as const;

export const listUsersRoute = route('listUsers', {
  method: 'GET',
  path: '/users',
  ...users,
  summary: 'People of the account',
  access: manager,
  query: z.strictObject({
    ...pageQuery,
    sort_by: z.enum(['name', 'email', 'created_at']).default('created_at'),
    /** Beginning of a name or an address. */
    q: z.string().trim().min(1).max(200).optional(),
    status: z.enum(schema.userStatuses).optional(),
    role: z.enum(builtInRoles).optional(),
  }),
  responses: { 200: pageOf(schema.UserSummary) },
});

export const getUserRoute = route('getUser', {
  method: 'GET',
  path: '/users/{id}',
  ...users,
  summary: 'One person of the account',
  access: manager,
  params: z.object({ id: z.uuid() }),
  responses: { 200: schema.User },
});

export const userRoutes = [listUsersRoute, getUserRoute] as const satisfies readonly Route[];
