import { z } from 'zod';
import { pageOf, pageQuery, route } from '../../route.js';
import { ErasureOperation, RequestedErasure, RequestErasure } from './schemas.js';

const owned = { owner: 'export', tag: 'Data management' } as const;
const params = z.strictObject({ erasure_id: z.uuid() });
/** Also for whoever holds the receipt: who was erased can sign in no more. */
const byReceipt = { ...owned, params, access: { kind: 'open', knows_caller: true } } as const;

export const requestErasureRoute = route('requestErasure', {
  ...owned,
  method: 'POST',
  path: '/users/data/erasure',
  summary: 'Have everything about me forgotten, or what the account holds about a member',
  access: { kind: 'self' },
  reauthenticated: true,
  body: RequestErasure,
  responses: { 202: RequestedErasure },
});

export const listErasuresRoute = route('listErasures', {
  ...owned,
  method: 'GET',
  path: '/users/data/erasure',
  summary: 'Erasures of my data, or with `of=account` those that the account asked for; newest first',
  access: { kind: 'self' },
  query: z.strictObject({
    page: pageQuery.page,
    limit: pageQuery.limit,
    /** `account` needs MANAGE_PRIVACY. */
    of: z.enum(['me', 'account']).default('me'),
  }),
  responses: { 200: pageOf(ErasureOperation) },
});

export const getErasureRoute = route('getErasure', {
  ...byReceipt,
  method: 'GET',
  path: '/users/data/erasure/{erasure_id}',
  summary: 'How far an erasure is; without signing in to who sends its receipt as `erasure-receipt`',
  responses: { 200: ErasureOperation },
});

export const downloadCertificateRoute = route('downloadErasureCertificate', {
  ...byReceipt,
  method: 'GET',
  path: '/users/data/erasure/{erasure_id}/certificate',
  summary: 'The signed certificate of a finished erasure',
  responses: { 200: 'stream' },
});

export const cancelErasureRoute = route('cancelErasure', {
  ...owned,
  method: 'DELETE',
  path: '/users/data/erasure/{erasure_id}',
  summary: 'Withdraw an erasure before it begins',
  access: { kind: 'self' },
  reauthenticated: true,
  params,
  responses: { 204: null },
});

export const erasureRoutes = [
  requestErasureRoute,
  listErasuresRoute,
  getErasureRoute,
  downloadCertificateRoute,
  cancelErasureRoute,
] as const;
