import { z } from 'zod';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
import * as schema from './schemas.js';

const user = { kind: 'user' } as const;
const manager = { kind: 'role', min: 'MANAGER' } as const;
const manageRoles = { kind: 'permission', permission: 'MANAGE_ROLES' } as const;
const roles = { owner: 'identity', tag: 'Roles' } as const;
const params = z.object({ role_id: schema.RoleId });

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
  summary: 'Roles of the account, built-in ones included',
  access: manager,
  query: z.strictObject({
    ...pageQuery,
    /** By rank the built-in roles come first, strongest first, then those of the account by name. */
    sort_by: z.enum(['rank', 'name']).default('rank'),
    sort_order: z.enum(['asc', 'desc']).default('asc'),
  }),
  responses: { 200: pageOf(schema.RoleInfo) },
});

export const defineRoleRoute = route('defineRole', {
  method: 'POST',
  path: '/roles',
  ...roles,
  summary: 'Define a role of the account',
  access: manageRoles,
  body: schema.RoleInput,
  responses: { 201: schema.RoleInfo },
});

export const getRoleRoute = route('getRole', {
  method: 'GET',
  path: '/roles/{role_id}',
  ...roles,
  summary: 'One role',
  access: manager,
  params,
  responses: { 200: schema.RoleInfo },
});

export const changeRoleRoute = route('changeRole', {
  method: 'PUT',
  path: '/roles/{role_id}',
  ...roles,
  summary: 'Replace a role of the account',
  access: manageRoles,
  params,
  body: schema.RoleInput,
  responses: { 200: schema.RoleInfo },
  ifMatch: 'optional',
});

export const deleteRoleRoute = route('deleteRole', {
  method: 'DELETE',
  path: '/roles/{role_id}',
  ...roles,
  summary: 'Delete a role of the account that nobody has',
  access: manageRoles,
  params,
  responses: { 204: null },
  ifMatch: 'optional',
});

export const listRoleMembersRoute = route('listRoleMembers', {
  method: 'GET',
  path: '/roles/{role_id}/members',
  ...roles,
  summary: 'Who has the role, by membership or by grant',
  access: manager,
  params,
  query: z.strictObject({ ...pageQuery, sort_by: z.enum(['name', 'since']).default('since') }),
  discloses: 'many',
  responses: { 200: pageOf(schema.RoleMember) },
});

export const roleRoutes = [
  listPermissionsRoute,
  listRolesRoute,
  defineRoleRoute,
  getRoleRoute,
  changeRoleRoute,
  deleteRoleRoute,
  listRoleMembersRoute,
] as const satisfies readonly Route[];
