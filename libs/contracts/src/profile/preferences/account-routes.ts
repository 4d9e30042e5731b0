import { z } from 'zod';
import { route } from '../../route.js';
import { AccountPreferences, AccountPreferencesDocument } from './schemas.js';

const ofAccount = {
  owner: 'profile',
  tag: 'Preferences',
  path: '/accounts/{id}/preferences',
  params: z.object({ id: z.uuid() }),
} as const;
const change = {
  ...ofAccount,
  access: { kind: 'permission', permission: 'MANAGE_SYSTEM_SETTINGS' },
  body: AccountPreferencesDocument,
  responses: { 200: AccountPreferences },
  ifMatch: 'optional',
} as const;

export const getAccountPreferencesRoute = route('getAccountPreferences', {
  ...ofAccount,
  method: 'GET',
  summary: 'What holds in the account for members who have not chosen themselves',
  access: { kind: 'user' },
  query: z.strictObject({ explain: z.enum(['true', 'false']).default('false') }),
  responses: { 200: AccountPreferences },
});

export const replaceAccountPreferencesRoute = route('replaceAccountPreferences', {
  ...change,
  method: 'PUT',
  summary: 'Replace the account’s defaults: what you leave out goes back to the house’s',
});

export const patchAccountPreferencesRoute = route('patchAccountPreferences', {
  ...change,
  method: 'PATCH',
  summary: 'Change some of the account’s defaults by JSON merge patch (RFC 7396): null goes back to the house’s',
});

export const accountPreferencesRoutes = [
  getAccountPreferencesRoute,
  replaceAccountPreferencesRoute,
  patchAccountPreferencesRoute,
] as const;
