import { route, type Route } from '../../route.js';
import { Accepted } from '../accepted.js';
import * as schema from './schemas.js';

const open = { kind: 'open' } as const;
const auth = { owner: 'identity', tag: 'Sign-in' } as const;

export const changePasswordRoute = route('changePassword', {
  method: 'POST',
  path: '/auth/password/change',
  ...auth,
  summary: 'Change the password; the present one proves who asks',
  access: { kind: 'self' },
  body: schema.ChangePasswordBody,
  responses: { 204: null },
});

export const forgotPasswordRoute = route('forgotPassword', {
  method: 'POST',
  path: '/auth/password/forgot',
  ...auth,
  summary: 'Ask for a mail with which to set a new password; the answer is the same for an unknown address',
  access: open,
  body: schema.ForgotPasswordBody,
  responses: { 202: Accepted },
});

export const resetPasswordRoute = route('resetPassword', {
  method: 'POST',
  path: '/auth/password/reset',
  ...auth,
  summary: 'Set a new password with the token of the mail; signs nobody in, so further factors are still asked for',
  access: open,
  body: schema.ResetPasswordBody,
  responses: { 204: null },
});

export const credentialRoutes = [
  changePasswordRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
] as const satisfies readonly Route[];
