import { z } from 'zod';
import { route, type Route } from '../../route.js';
import { SignedIn } from '../sign-in/schemas.js';
import * as schema from './schemas.js';

const open = { kind: 'open' } as const;
const self = { kind: 'self' } as const;
const auth = { owner: 'identity', tag: 'Sign-in' } as const;
const factors = { owner: 'identity', tag: 'Factors' } as const;

export const verifyMfaRoute = route('verifyMfa', {
  method: 'POST',
  path: '/auth/mfa/verify',
  ...auth,
  summary: 'Complete a sign-in with a second factor',
  access: open,
  body: schema.VerifyMfaBody,
  responses: { 200: SignedIn },
});

export const passkeyRequestOptionsRoute = route('passkeyRequestOptions', {
  method: 'POST',
  path: '/auth/passkeys/options',
  ...auth,
  summary: 'Begin a sign-in with a passkey, or a repeated proof with one',
  access: open,
  responses: { 200: schema.PasskeyRequestOptions },
});

export const signInWithPasskeyRoute = route('signInWithPasskey', {
  method: 'POST',
  path: '/auth/passkeys/verify',
  ...auth,
  summary: 'Sign in with a passkey',
  access: open,
  body: schema.PasskeySignInBody,
  responses: { 200: SignedIn },
});

export const getTotpRoute = route('getTotp', {
  method: 'GET',
  path: '/users/me/mfa/totp',
  ...factors,
  summary: 'Whether signing in with the password needs a code',
  access: self,
  responses: { 200: schema.Totp },
});

export const enrolTotpRoute = route('enrolTotp', {
  method: 'POST',
  path: '/users/me/mfa/totp',
  ...factors,
  summary: 'Get the secret for an authenticator app; nothing changes until a code confirms it',
  access: self,
  reauthenticated: true,
  responses: { 200: schema.TotpEnrolment },
});

export const confirmTotpRoute = route('confirmTotp', {
  method: 'POST',
  path: '/users/me/mfa/totp/confirm',
  ...factors,
  summary: 'Ask for codes from now on, proving with the first one that the app has the secret',
  access: self,
  reauthenticated: true,
  body: schema.ConfirmTotpBody,
  responses: { 200: schema.ConfirmedTotp },
});

export const disableTotpRoute = route('disableTotp', {
  method: 'DELETE',
  path: '/users/me/mfa/totp',
  ...factors,
  summary: 'Ask for no more codes',
  access: self,
  reauthenticated: true,
  responses: { 204: null },
});

export const getRecoveryCodesRoute = route('getRecoveryCodes', {
  method: 'GET',
  path: '/users/me/mfa/recovery-codes',
  ...factors,
  summary: 'How many recovery codes are left',
  access: self,
  responses: { 200: schema.RecoveryCodesLeft },
});

export const generateRecoveryCodesRoute = route('generateRecoveryCodes', {
  method: 'POST',
  path: '/users/me/mfa/recovery-codes',
  ...factors,
  summary: 'Get ten new recovery codes; earlier ones are good for nothing any more',
  access: self,
  reauthenticated: true,
  responses: { 200: schema.NewRecoveryCodes },
});

export const removeRecoveryCodesRoute = route('removeRecoveryCodes', {
  method: 'DELETE',
  path: '/users/me/mfa/recovery-codes',
  ...factors,
  summary: 'Have no recovery codes',
  access: self,
  reauthenticated: true,
  responses: { 204: null },
});

export const listPasskeysRoute = route('listPasskeys', {
  method: 'GET',
  path: '/users/me/passkeys',
  ...factors,
  summary: 'Passkeys of the caller',
  access: self,
  responses: { 200: z.object({ data: z.array(schema.Passkey) }) },
});

export const passkeyCreationOptionsRoute = route('passkeyCreationOptions', {
  method: 'POST',
  path: '/users/me/passkeys/options',
  ...factors,
  summary: 'Begin to add a passkey',
  access: self,
  reauthenticated: true,
  responses: { 200: schema.PasskeyCreationOptions },
});

export const addPasskeyRoute = route('addPasskey', {
  method: 'POST',
  path: '/users/me/passkeys',
  ...factors,
  summary: 'Add a passkey',
  access: self,
  reauthenticated: true,
  body: schema.AddPasskeyBody,
  responses: { 201: schema.AddedPasskey },
});

export const removePasskeyRoute = route('removePasskey', {
  method: 'DELETE',
  path: '/users/me/passkeys/{id}',
  ...factors,
  summary: 'Remove a passkey; the last way to sign in stays',
  access: self,
  reauthenticated: true,
  params: z.object({ id: z.uuid() }),
  responses: { 204: null },
});

export const factorRoutes = [
  verifyMfaRoute,
  passkeyRequestOptionsRoute,
  signInWithPasskeyRoute,
  getTotpRoute,
  enrolTotpRoute,
  confirmTotpRoute,
  disableTotpRoute,
  getRecoveryCodesRoute,
  generateRecoveryCodesRoute,
  removeRecoveryCodesRoute,
  listPasskeysRoute,
  passkeyCreationOptionsRoute,
  addPasskeyRoute,
  removePasskeyRoute,
] as const satisfies readonly Route[];
