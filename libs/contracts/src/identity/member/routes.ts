import { z } from 'zod';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
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
  query: z.strictObject({ ...pageQuery, sort_by: z.enum(['name', 'since']).default('since') }),
  responses: { 200: pageOf(schema.Member) },
});

export const memberRoutes = [listMembersRoute] as const satisfies readonly Route[];
