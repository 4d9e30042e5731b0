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

export const emailRoutes = [verifyEmailRoute, resendVerificationRoute] as const satisfies readonly Route[];
