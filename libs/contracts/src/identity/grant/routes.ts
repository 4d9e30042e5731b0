import { z } from 'zod';
import { route, type Route } from '../../route.js';
import { RoleId } from '../role/schemas.js';
import * as schema from './schemas.js';

const manageRoles = { kind: 'permission', permission: 'MANAGE_ROLES' } as const;
const roles = { owner: 'identity', tag: 'Roles' } as const;

export const listHeldRolesRoute = route('listHeldRoles', {
  method: 'GET',
  path: '/users/{user_id}/roles',
  ...roles,
  summary: 'Roles of a member: the base role, what was given beside it, and the last ones that expired',
  access: { ...manageRoles, or_self: 'user_id' },
  params: z.object({ user_id: z.uuid() }),
  discloses: { person: 'user_id' },
  responses: { 200: z.object({ data: z.array(schema.HeldRole) }) },
});

export const grantRoleRoute = route('grantRole', {
  method: 'POST',
  path: '/users/{user_id}/roles',
  ...roles,
  summary: 'Give a member a role, for good or for a time',
  access: manageRoles,
  params: z.object({ user_id: z.uuid() }),
  body: schema.RoleGrantInput,
  responses: { 201: schema.HeldRole },
});

export const revokeRoleRoute = route('revokeRole', {
  method: 'DELETE',
  path: '/users/{user_id}/roles/{role_id}',
  ...roles,
  summary: 'Take a given role away',
  access: manageRoles,
  params: z.object({ user_id: z.uuid(), role_id: RoleId }),
  responses: { 204: null },
});

export const grantRoutes = [listHeldRolesRoute, grantRoleRoute, revokeRoleRoute] as const satisfies readonly Route[];
