import { z } from 'zod';
import { route } from '../route.js';
import { Preferences, PreferencesDocument, PreferencesPatch } from './preferences.js';
import { MemberProfile, Profile, ProfileDocument, ProfilePatch } from './profile.js';

const own = { owner: 'profile', access: { kind: 'user' } } as const;

export const getProfileRoute = route('getProfile', {
  ...own,
  method: 'GET',
  path: '/users/profile',
  tag: 'Profile',
  summary: 'Your profile in this account; every field is null until you set it',
  responses: { 200: Profile },
});

export const replaceProfileRoute = route('replaceProfile', {
  ...own,
  method: 'PUT',
  path: '/users/profile',
  tag: 'Profile',
  summary: 'Replace your profile: a field you leave out is removed',
  body: ProfileDocument,
  responses: { 200: Profile },
  ifMatch: 'optional',
});

export const patchProfileRoute = route('patchProfile', {
  ...own,
  method: 'PATCH',
  path: '/users/profile',
  tag: 'Profile',
  summary: 'Change your profile by JSON merge patch (RFC 7396): null removes, absent keeps',
  body: ProfilePatch,
  responses: { 200: Profile },
  ifMatch: 'optional',
});

export const deleteProfileRoute = route('deleteProfile', {
  ...own,
  method: 'DELETE',
  path: '/users/profile',
  tag: 'Profile',
  summary: 'Remove every field of your profile; it reads as empty afterwards',
  responses: { 204: null },
  ifMatch: 'optional',
});

export const getMemberProfileRoute = route('getMemberProfile', {
  ...own,
  method: 'GET',
  path: '/users/{user_id}/profile',
  tag: 'Profile',
  summary: 'What members of this account may see of a profile',
  params: z.object({ user_id: z.uuid() }),
  responses: { 200: MemberProfile },
});

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

export const profileRoutes = [
  getProfileRoute,
  replaceProfileRoute,
  patchProfileRoute,
  deleteProfileRoute,
  getMemberProfileRoute,
  getPreferencesRoute,
  replacePreferencesRoute,
  patchPreferencesRoute,
] as const;
