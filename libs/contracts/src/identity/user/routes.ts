import { z } from 'zod';
import { logOf } from '../../activity/log-list.js';
import { builtInRoles } from '../../permissions.js';
import { pageQuery, route, type Route } from '../../route.js';
import * as schema from './schemas.js';

const manager = { kind: 'role', min: 'MANAGER' } as const;
const admin = { kind: 'permission', permission: 'MANAGE_ALL_USERS' } as const;
const users = { owner: 'identity', tag: 'Users' } as const;
const params = z.object({ id: z.uuid() });

export const listUsersRoute = route('listUsers', {
  method: 'GET',
  path: '/users',
  ...users,
  summary: 'People of the account',
  access: manager,
  query: z.strictObject({
    ...pageQuery,
    /** `meta.next_cursor` of the answer before. Valid for the same account, filters and order only; `page` is ignored. */
    cursor: z.string().min(1).max(4096).optional(),
    sort_by: z.enum(['name', 'email', 'created_at']).default('created_at'),
    /** Beginning of the name, of a word of it, of the address or of a part before its `@`. */
    q: z.string().trim().min(1).max(200).optional(),
    status: z.enum(schema.userStatuses).optional(),
    role: z.enum(builtInRoles).optional(),
    /** Deleted people too, where this account manages them; needs MANAGE_ALL_USERS, as does `status=deleted`. */
    include_deleted: z.enum(['true', 'false']).default('false'),
  }),
  discloses: 'many',
  responses: { 200: logOf(schema.UserSummary) },
});

export const createUserRoute = route('createUser', {
  method: 'POST',
  path: '/users',
  ...users,
  summary: 'Make a person known, a member of the account, and invite them by mail',
  access: admin,
  body: schema.CreateUserBody,
  responses: { 201: schema.User },
});

export const getUserRoute = route('getUser', {
  method: 'GET',
  path: '/users/{id}',
  ...users,
  summary: 'One person of the account',
  access: manager,
  params,
  discloses: { person: 'id' },
  responses: { 200: schema.User },
});

const change = { ...users, access: admin, params, ifMatch: 'optional' } as const;

export const replaceUserRoute = route('replaceUser', {
  ...change,
  method: 'PUT',
  path: '/users/{id}',
  summary: 'Replace what an administrator says about a person',
  body: schema.ReplaceUserBody,
  responses: { 200: schema.User },
});

export const patchUserRoute = route('patchUser', {
  ...change,
  method: 'PATCH',
  path: '/users/{id}',
  summary: 'Change some of what an administrator says about a person',
  body: schema.PatchUserBody,
  responses: { 200: schema.User },
});

export const deleteUserRoute = route('deleteUser', {
  ...change,
  method: 'DELETE',
  path: '/users/{id}',
  summary: 'Delete a person: out everywhere at once; can be restored',
  responses: { 204: null },
});

export const restoreUserRoute = route('restoreUser', {
  ...change,
  method: 'POST',
  path: '/users/{id}/restore',
  summary: 'Bring a deleted person back as they were',
  responses: { 200: schema.User },
});

export const disableUserRoute = route('disableUser', {
  ...change,
  method: 'POST',
  path: '/users/{id}/disable',
  summary: 'Keep a person out everywhere, at once, until they are enabled again',
  body: schema.DisableUserBody,
  responses: { 200: schema.User },
});

export const enableUserRoute = route('enableUser', {
  ...change,
  method: 'POST',
  path: '/users/{id}/enable',
  summary: 'Let a disabled person in again',
  responses: { 200: schema.User },
});

export const userRoutes = [
  ...[listUsersRoute, createUserRoute, getUserRoute, replaceUserRoute, patchUserRoute, deleteUserRoute],
  ...[restoreUserRoute, disableUserRoute, enableUserRoute],
] as const satisfies readonly Route[];
