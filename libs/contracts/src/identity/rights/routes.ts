import { z } from 'zod';
import { permissions } from '../../permissions.js';
import { route, type Route } from '../../route.js';
import * as analytics from './analytics.js';
import * as schema from './schemas.js';

const admin = { kind: 'role', min: 'ADMIN' } as const;
const roles = { owner: 'identity', tag: 'Roles' } as const;

export const explainPermissionsRoute = route('explainPermissions', {
  method: 'GET',
  path: '/users/{user_id}/permissions',
  ...roles,
  summary: 'What a member may do, and by which ways; one permission with `explain`',
  access: { kind: 'permission', permission: 'MANAGE_ROLES', or_self: 'user_id' },
  params: z.object({ user_id: z.uuid() }),
  query: z.strictObject({ explain: z.enum(permissions).optional() }),
  discloses: { person: 'user_id' },
  responses: { 200: schema.EffectivePermissions },
});

export const checkPermissionsRoute = route('checkPermissions', {
  method: 'POST',
  path: '/permissions/check',
  ...roles,
  summary: 'Decide many permissions at once; about others with MANAGE_ROLES',
  access: { kind: 'user' },
  body: z.strictObject({ checks: z.array(schema.PermissionCheck).min(1).max(100) }),
  reads: true,
  responses: { 200: z.object({ data: z.array(schema.CheckedPermission) }) },
});

export const roleAnalyticsRoute = route('roleAnalytics', {
  method: 'GET',
  path: '/roles/analytics',
  ...roles,
  summary: 'Who has which roles, what ends soon, what nobody uses, and hints',
  access: admin,
  query: z.strictObject({
    /** What counts as soon, in days. */
    soon_days: z.coerce.number().int().min(1).max(365).default(7),
    /** From how many ADMINs on there are many. */
    many_admins: z.coerce.number().int().min(2).max(1000).default(5),
  }),
  responses: { 200: analytics.RoleAnalytics },
});

export const permissionAnalyticsRoute = route('permissionAnalytics', {
  method: 'GET',
  path: '/permissions/analytics',
  ...roles,
  summary: 'Who holds and uses which permissions, what was denied, and who has more than they use',
  access: admin,
  query: z.strictObject({
    /** After how many days without use a permission counts as unused; denials of that time are counted. */
    days: z.coerce.number().int().min(1).max(365).default(90),
  }),
  discloses: 'many',
  responses: { 200: analytics.PermissionAnalytics },
});

export const rightsRoutes = [
  explainPermissionsRoute,
  checkPermissionsRoute,
  roleAnalyticsRoute,
  permissionAnalyticsRoute,
] as const satisfies readonly Route[];
