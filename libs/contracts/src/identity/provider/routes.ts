import { z } from 'zod';
import { route, type Route } from '../../route.js';
import * as schema from './schemas.js';

const self = { kind: 'self' } as const;
const providers = { owner: 'identity', tag: 'Sign-in' } as const;

export const listProvidersRoute = route('listProviders', {
  method: 'GET',
  path: '/users/me/providers',
  ...providers,
  summary: 'Identities of other issuers with which the caller signs in',
  access: self,
  responses: { 200: schema.Providers },
});

export const linkProviderRoute = route('linkProvider', {
  method: 'POST',
  path: '/users/me/providers',
  ...providers,
  summary: 'Sign in with an identity of a trusted issuer from now on',
  access: self,
  reauthenticated: true,
  body: schema.LinkProviderBody,
  responses: { 201: schema.Provider },
});

export const unlinkProviderRoute = route('unlinkProvider', {
  method: 'DELETE',
  path: '/users/me/providers/{provider_id}',
  ...providers,
  summary: 'Sign in with this identity no more',
  access: self,
  reauthenticated: true,
  params: z.object({ provider_id: z.string().min(1).max(300) }),
  responses: { 204: null },
});

export const providerRoutes = [
  listProvidersRoute,
  linkProviderRoute,
  unlinkProviderRoute,
] as const satisfies readonly Route[];
