import { z } from 'zod';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
import * as schema from './schemas.js';

const self = { kind: 'self' } as const;
const user = { kind: 'user' } as const;
const accounts = { owner: 'identity', tag: 'Accounts' } as const;

export const listAccountsRoute = route('listAccounts', {
  method: 'GET',
  path: '/accounts',
  ...accounts,
  summary: 'Accounts the caller belongs to',
  access: self,
  query: z.strictObject({ ...pageQuery, sort_by: z.enum(['name', 'created_at']).default('created_at') }),
  responses: { 200: pageOf(schema.Account) },
});

export const getAccountRoute = route('getAccount', {
  method: 'GET',
  path: '/accounts/{id}',
  ...accounts,
  summary: 'One account the caller belongs to',
  access: user,
  params: z.object({ id: z.uuid() }),
  responses: { 200: schema.Account },
});

export const accountRoutes = [listAccountsRoute, getAccountRoute] as const satisfies readonly Route[];
