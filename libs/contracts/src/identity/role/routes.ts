import { z } from 'zod';
import { route, type Route } from '../../route.js';
import * as schema from './schemas.js';

const user = { kind: 'user' } as const;
const manager = { kind: 'role', min: 'MANAGER' } as const;
const roles = { owner: 'identity', tag: 'Roles' } as const;

export const listPermissionsRoute = route('listPermissions', {
  method: 'GET',
  path: '/permissions',
  ...roles,
  summary: 'Every permission there is',
  access: user,
  responses: { 200: z.object({ data: z.array(schema.PermissionInfo) }) },
});

export const listRolesRoute = route('listRoles', {
  method: 'GET',
  path: '/roles',
  ...roles,
  summary: 'Roles of the account',
  access: manager,
  responses: { 200: z.object({ data: z.array(schema.RoleInfo) }) },
});

export const roleRoutes = [listPermissionsRoute, listRolesRoute] as const satisfies readonly Route[];
