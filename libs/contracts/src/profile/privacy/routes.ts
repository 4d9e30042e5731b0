import { z } from 'zod';
import { pageOf, pageQuery, route } from '../../route.js';
import { lineOf } from '../text.js';
import { Disclosure, Privacy, PrivacyDocument, PrivacyPatch, ProfilePreview, SeenProfile } from './schemas.js';

const own = { owner: 'profile', access: { kind: 'user' } } as const;

export const getMemberProfileRoute = route('getMemberProfile', {
  ...own,
  method: 'GET',
  path: '/users/{user_id}/profile',
  tag: 'Profile',
  summary:
    'What you may see of the profile of a member; all of it with READ_PII and a reason, which the person is told',
  params: z.object({ user_id: z.uuid() }),
  query: z.object({
    /** All of it. Needs READ_PII and a reason; that it was shown stands in the audit log, and the person sees it. */
    reveal: z.enum(['true', 'false']).optional(),
    reason: lineOf(500).optional(),
  }),
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

export const previewProfileRoute = route('previewProfile', {
  ...own,
  method: 'GET',
  path: '/users/profile/preview',
  tag: 'Profile',
  summary: 'Your profile as somebody else sees it: any member, one of them, or anybody',
  query: z.object({
    as: z.enum(['account', 'public', 'member']),
    /** Which member; with `as=member` only. */
    user_id: z.uuid().optional(),
  }),
  responses: { 200: ProfilePreview },
});

export const listDisclosuresRoute = route('listDisclosures', {
  ...own,
  method: 'GET',
  path: '/users/profile/disclosures',
  tag: 'Profile',
  summary: 'Who was shown all of your profile in this account, and why; newest first',
  query: z.object({ page: pageQuery.page, limit: pageQuery.limit }),
  responses: { 200: pageOf(Disclosure) },
});

export const getPublicProfileRoute = route('getPublicProfile', {
  owner: 'profile',
  access: { kind: 'open' },
  method: 'GET',
  path: '/public/accounts/{account_id}/profiles/{user_id}',
  tag: 'Profile',
  summary: 'What a person shows to anybody; 404 for nothing, for no member, and for nobody',
  params: z.object({ account_id: z.uuid(), user_id: z.uuid() }),
  responses: { 200: SeenProfile },
});

export const privacyRoutes = [
  getMemberProfileRoute,
  getPrivacyRoute,
  replacePrivacyRoute,
  patchPrivacyRoute,
  previewProfileRoute,
  listDisclosuresRoute,
  getPublicProfileRoute,
] as const;
