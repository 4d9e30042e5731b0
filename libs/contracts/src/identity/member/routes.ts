import { z } from 'zod';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
import { builtInRoles } from '../../permissions.js';
import * as schema from './schemas.js';

const manager = { kind: 'role', min: 'MANAGER' } as const;
const accounts = { owner: 'identity', tag: 'Accounts' } as const;

export const listMembersRoute = route('listMembers', {
  method: 'GET',
  path: '/accounts/{id}/members',
  ...accounts,
  summary: 'Members of the account',
  access: manager,
  params: z.object({ id: z.uuid() }),
  query: z.strictObject({
    ...pageQuery,
    sort_by: z.enum(['name', 'since']).default('since'),
    role: z.enum(builtInRoles).optional(),
  }),
  discloses: 'many',
  responses: { 200: pageOf(schema.Member) },
});

const oneMember = z.object({ id: z.uuid(), user_id: z.uuid() });

export const changeMemberRoute = route('changeMember', {
  method: 'PUT',
  path: '/accounts/{id}/members/{user_id}',
  ...accounts,
  summary: 'Give a member another role',
  access: { kind: 'role', min: 'ADMIN' },
  params: oneMember,
  body: schema.MemberRole,
  responses: { 200: schema.Membership },
});

export const endMembershipRoute = route('endMembership', {
  method: 'DELETE',
  path: '/accounts/{id}/members/{user_id}',
  ...accounts,
  summary: 'Remove a member, or leave the account',
  access: { kind: 'role', min: 'ADMIN', or_self: 'user_id' },
  params: oneMember,
  responses: { 204: null },
});

export const memberRoutes = [
  listMembersRoute,
  changeMemberRoute,
  endMembershipRoute,
] as const satisfies readonly Route[];
