import { z } from 'zod';
import { route } from '../../route.js';
import { Privacy, PrivacyDocument, PrivacyPatch, SeenProfile } from './schemas.js';

const own = { owner: 'profile', access: { kind: 'user' } } as const;

export const getMemberProfileRoute = route('getMemberProfile', {
  ...own,
  method: 'GET',
  path: '/users/{user_id}/profile',
  tag: 'Profile',
  summary: 'What you may see of the profile of a member',
  params: z.object({ user_id: z.uuid() }),
  responses: { 200: SeenProfile },
});

export const getPrivacyRoute = route('getPrivacy', {
  ...own,
  method: 'GET',
  path: '/users/profile/privacy',
  tag: 'Profile',
  summary: 'Who may see what of your profile in this account, with the defaults filled in',
  responses: { 200: Privacy },
});

export const replacePrivacyRoute = route('replacePrivacy', {
  ...own,
  method: 'PUT',
  path: '/users/profile/privacy',
  tag: 'Profile',
  summary: 'Replace your privacy settings: what you leave out goes back to its default',
  body: PrivacyDocument,
  responses: { 200: Privacy },
  ifMatch: 'optional',
});

export const patchPrivacyRoute = route('patchPrivacy', {
  ...own,
  method: 'PATCH',
  path: '/users/profile/privacy',
  tag: 'Profile',
  summary: 'Change your privacy settings by JSON merge patch (RFC 7396): null goes back to the default, absent keeps',
  body: PrivacyPatch,
  responses: { 200: Privacy },
  ifMatch: 'optional',
});

export const privacyRoutes = [getMemberProfileRoute, getPrivacyRoute, replacePrivacyRoute, patchPrivacyRoute] as const;
