import { z } from 'zod';
import { builtInRoles } from '../permissions.js';
import { pageOf, pageQuery, route, type Route } from '../route.js';
import * as schema from './schemas.js';
import { EmailAddress } from './personal.js';

const open = { kind: 'open' } as const;
const user = { kind: 'user' } as const;
const manager = { kind: 'role', min: 'MANAGER' } as const;
const auth = { owner: 'identity', tag: 'Sign-in' } as const;
const sessions = { owner: 'identity', tag: 'Sessions' } as const;
const accounts = { owner: 'identity', tag: 'Accounts' } as const;
const users = { owner: 'identity', tag: 'Users' } as const;
const roles = { owner: 'identity', tag: 'Roles' } as const;

export const registerRoute = route('register', {
  method: 'POST',
  path: '/auth/register',
  ...auth,
  summary: 'Register; the answer is the same for a taken address',
  access: open,
  body: schema.RegisterBody,
  responses: { 202: schema.Accepted },
});

export const verifyEmailRoute = route('verifyEmail', {
  method: 'POST',
  path: '/auth/email/verify',
  ...auth,
  summary: 'Prove an address with the token of the verification mail',
  access: open,
  body: schema.VerifyEmailBody,
  responses: { 200: schema.VerifiedEmail },
});

export const resendVerificationRoute = route('resendVerification', {
  method: 'POST',
  path: '/auth/email/resend',
  ...auth,
  summary: 'Send the verification mail again; the answer is the same for an unknown address',
  access: open,
  body: schema.ResendVerificationBody,
  responses: { 202: schema.Accepted },
});

export const loginRoute = route('login', {
  method: 'POST',
  path: '/auth/login',
  ...auth,
  summary: 'Sign in with address and password',
  access: open,
  body: schema.LoginBody,
  responses: { 200: schema.SignedIn },
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
  access: user,
  responses: { 204: null },
});

export const switchAccountRoute = route('switchAccount', {
  method: 'POST',
  path: '/auth/switch-account',
  ...auth,
  summary: 'Get an access token for another account of the same person',
  access: user,
  body: schema.SwitchAccountBody,
  responses: { 200: schema.AccessToken },
});

export const listSessionsRoute = route('listSessions', {
  method: 'GET',
  path: '/users/sessions',
  ...sessions,
  summary: 'Active sessions of the caller',
  access: user,
  query: z.strictObject({ ...pageQuery, sort_by: z.enum(['started_at', 'last_activity_at']).default('started_at') }),
  responses: { 200: pageOf(schema.Session) },
});

export const terminateAllSessionsRoute = route('terminateAllSessions', {
  method: 'DELETE',
  path: '/users/sessions/all',
  ...sessions,
  summary: 'End every session of the caller',
  access: user,
  query: z.strictObject({ except_current: z.enum(['true', 'false']).default('false') }),
  responses: { 200: schema.SessionsEnded },
});

export const terminateSessionRoute = route('terminateSession', {
  method: 'DELETE',
  path: '/users/sessions/{session_id}',
  ...sessions,
  summary: 'End one session of the caller',
  access: user,
  params: z.object({ session_id: z.uuid() }),
  responses: { 204: null },
});

export const listDevicesRoute = route('listDevices', {
  method: 'GET',
  path: '/users/devices',
  ...sessions,
  summary: 'Devices the caller signed in on',
  access: user,
  query: z.strictObject({ ...pageQuery, sort_by: z.enum(['last_seen_at', 'first_seen_at']).default('last_seen_at') }),
  responses: { 200: pageOf(schema.Device) },
});

export const listAccountsRoute = route('listAccounts', {
  method: 'GET',
  path: '/accounts',
  ...accounts,
  summary: 'Accounts the caller belongs to',
  access: user,
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

export const listUsersRoute = route('listUsers', {
  method: 'GET',
  path: '/users',
  ...users,
  summary: 'People of the account',
  access: manager,
  query: z.strictObject({
    ...pageQuery,
    sort_by: z.enum(['name', 'email', 'created_at']).default('created_at'),
    /** Beginning of a name or an address. */
    q: z.string().trim().min(1).max(200).optional(),
    status: z.enum(schema.userStatuses).optional(),
    role: z.enum(builtInRoles).optional(),
  }),
  responses: { 200: pageOf(schema.UserSummary) },
});

export const getUserRoute = route('getUser', {
  method: 'GET',
  path: '/users/{id}',
  ...users,
  summary: 'One person of the account',
  access: manager,
  params: z.object({ id: z.uuid() }),
  responses: { 200: schema.User },
});

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

/** Served only where mail is kept in a folder. */
export const devMailRoute = route('devMail', {
  method: 'GET',
  path: '/dev/mail',
  owner: 'identity',
  tag: 'Development',
  summary: 'Mail that would have been sent to an address',
  access: open,
  query: z.strictObject({ to: EmailAddress }),
  responses: { 200: z.object({ data: z.array(schema.DevMail) }) },
});

/** Every public route of identity; a fixed path stands before a path with a parameter in the same place. */
export const identityRoutes = [
  registerRoute,
  verifyEmailRoute,
  resendVerificationRoute,
  loginRoute,
  refreshRoute,
  logoutRoute,
  switchAccountRoute,
  listSessionsRoute,
  terminateAllSessionsRoute,
  terminateSessionRoute,
  listDevicesRoute,
  listAccountsRoute,
  getAccountRoute,
  listMembersRoute,
  listUsersRoute,
  getUserRoute,
  listPermissionsRoute,
  listRolesRoute,
  devMailRoute,
] as const satisfies readonly Route[];
