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

export const createAccountRoute = route('createAccount', {
  method: 'POST',
  path: '/accounts',
  ...accounts,
  summary: 'Open an account for a team; who opens it is its first ADMIN',
  access: self,
  inNoAccount: true,
  body: schema.NewAccount,
  responses: { 201: schema.Account },
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

export const updateAccountRoute = route('updateAccount', {
  method: 'PUT',
  path: '/accounts/{id}',
  ...accounts,
  summary: 'Change names, domain and policies of the account',
  access: { kind: 'permission', permission: 'MANAGE_SYSTEM_SETTINGS' },
  params: z.object({ id: z.uuid() }),
  body: schema.AccountUpdate,
  responses: { 200: schema.Account },
  ifMatch: 'optional',
});

export const closeAccountRoute = route('closeAccount', {
  method: 'DELETE',
  path: '/accounts/{id}',
  ...accounts,
  summary: 'Close the account: nobody works in it until it is restored',
  access: { kind: 'role', min: 'ADMIN' },
  params: z.object({ id: z.uuid() }),
  responses: { 204: null },
  reauthenticated: true,
});

export const restoreAccountRoute = route('restoreAccount', {
  method: 'POST',
  path: '/accounts/{id}/restore',
  ...accounts,
  summary: 'Bring back a closed account, as one of its ADMINs or as super admin',
  access: self,
  params: z.object({ id: z.uuid() }),
  responses: { 200: schema.Account },
});

export const accountRoutes = [
  listAccountsRoute,
  createAccountRoute,
  getAccountRoute,
  updateAccountRoute,
  closeAccountRoute,
  restoreAccountRoute,
] as const satisfies readonly Route[];
