import { route, type Route } from '../../route.js';
import { Accepted } from '../accepted.js';
import * as schema from './schemas.js';

const open = { kind: 'open' } as const;
const auth = { owner: 'identity', tag: 'Sign-in' } as const;

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
  responses: { 202: Accepted },
});

export const changeEmailRoute = route('changeEmail', {
  method: 'POST',
  path: '/auth/email/change',
  ...auth,
  summary: 'Ask for another address: a mail goes to it; the answer is the same for a taken one',
  access: { kind: 'self' },
  reauthenticated: true,
  body: schema.ChangeEmailBody,
  responses: { 202: Accepted },
});

export const confirmEmailRoute = route('confirmEmail', {
  method: 'POST',
  path: '/auth/email/confirm',
  ...auth,
  summary: 'Take the new address into use with the token of the mail that went to it',
  access: open,
  body: schema.ConfirmEmailBody,
  responses: { 200: schema.ConfirmedEmail },
});

export const emailRoutes = [
  verifyEmailRoute,
  resendVerificationRoute,
  changeEmailRoute,
  confirmEmailRoute,
] as const satisfies readonly Route[];
