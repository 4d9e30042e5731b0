import { z } from 'zod';
import { route } from '../../route.js';
import { accountPreferencesRoutes } from './account-routes.js';
import { preferencesPartRoutes } from './part-routes.js';
import { Preferences, PreferencesDocument } from './schemas.js';

export * from './account-routes.js';
export * from './part-routes.js';

const own = { owner: 'profile', access: { kind: 'user' }, tag: 'Preferences', path: '/users/preferences' } as const;

export const getPreferencesRoute = route('getPreferences', {
  ...own,
  method: 'GET',
  summary: 'Your preferences in this account as they are in force: your choice, else the account’s, else the house’s',
  query: z.strictObject({ explain: z.enum(['true', 'false']).default('false') }),
  responses: { 200: Preferences },
});

export const replacePreferencesRoute = route('replacePreferences', {
  ...own,
  method: 'PUT',
  summary: 'Replace your choices: what you leave out goes back to its default',
  body: PreferencesDocument,
  responses: { 200: Preferences },
  ifMatch: 'optional',
});

export const patchPreferencesRoute = route('patchPreferences', {
  ...own,
  method: 'PATCH',
  summary: 'Change some preferences by JSON merge patch (RFC 7396): null goes back to the default',
  body: PreferencesDocument,
  responses: { 200: Preferences },
  ifMatch: 'optional',
});

export const preferencesRoutes = [
  getPreferencesRoute,
  replacePreferencesRoute,
  patchPreferencesRoute,
  ...preferencesPartRoutes,
  ...accountPreferencesRoutes,
] as const;
