import { route } from '../../route.js';
import { Profile, ProfileDocument, ProfilePatch } from './schemas.js';

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

export const documentRoutes = [getProfileRoute, replaceProfileRoute, patchProfileRoute, deleteProfileRoute] as const;
