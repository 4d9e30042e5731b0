import { route, type Route } from '../../route.js';
import { Accepted } from '../accepted.js';
import * as schema from './schemas.js';

const open = { kind: 'open' } as const;
const self = { kind: 'self' } as const;
const auth = { owner: 'identity', tag: 'Sign-in' } as const;

export const registerRoute = route('register', {
  method: 'POST',
  path: '/auth/register',
  ...auth,
  summary: 'Register; the answer is the same for a taken address',
  access: open,
  body: schema.RegisterBody,
  responses: { 202: Accepted },
});

export const loginRoute = route('login', {
  method: 'POST',
  path: '/auth/login',
  ...auth,
  summary: 'Sign in with address and password; whoever has a second factor is asked for it',
  access: open,
  body: schema.LoginBody,
  responses: { 200: schema.LoginAnswer },
});

export const refreshRoute = route('refresh', {
  method: 'POST',
  path: '/auth/refresh',
  ...auth,
  summary: 'Exchange a refresh token for the next one and a fresh access token',
  access: open,
  body: schema.RefreshBody,
  responses: { 200: schema.Refreshed },
});

export const logoutRoute = route('logout', {
  method: 'POST',
  path: '/auth/logout',
  ...auth,
  summary: 'End this session now',
  access: self,
  responses: { 204: null },
});

export const switchAccountRoute = route('switchAccount', {
  method: 'POST',
  path: '/auth/switch-account',
  ...auth,
  summary: 'Get an access token for another account of the same person',
  access: self,
  body: schema.SwitchAccountBody,
  responses: { 200: schema.AccessToken },
});

export const reauthenticateRoute = route('reauthenticate', {
  method: 'POST',
  path: '/auth/reauthenticate',
  ...auth,
  summary: 'Prove again who calls, for what needs a recent proof',
  access: self,
  body: schema.ReauthenticateBody,
  responses: { 200: schema.Reauthenticated },
});

export const signInRoutes = [
  registerRoute,
  loginRoute,
  refreshRoute,
  logoutRoute,
  switchAccountRoute,
  reauthenticateRoute,
] as const satisfies readonly Route[];
