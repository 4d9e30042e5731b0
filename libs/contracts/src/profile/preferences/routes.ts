import { route } from '../../route.js';
import { Preferences, PreferencesDocument, PreferencesPatch } from './schemas.js';

const own = { owner: 'profile', access: { kind: 'user' } } as const;

export const getPreferencesRoute = route('getPreferences', {
  ...own,
  method: 'GET',
  path: '/users/preferences',
  tag: 'Preferences',
  summary: 'Your preferences in this account, defaults filled in',
  responses: { 200: Preferences },
});

export const replacePreferencesRoute = route('replacePreferences', {
  ...own,
  method: 'PUT',
  path: '/users/preferences',
  tag: 'Preferences',
  summary: 'Replace your preferences: what you leave out goes back to its default',
  body: PreferencesDocument,
  responses: { 200: Preferences },
  ifMatch: 'optional',
});

export const patchPreferencesRoute = route('patchPreferences', {
  ...own,
  method: 'PATCH',
  path: '/users/preferences',
  tag: 'Preferences',
  summary: 'Change some preferences by JSON merge patch (RFC 7396): null goes back to the default',
  body: PreferencesPatch,
  responses: { 200: Preferences },
  ifMatch: 'optional',
});

export const preferencesRoutes = [getPreferencesRoute, replacePreferencesRoute, patchPreferencesRoute] as const;
