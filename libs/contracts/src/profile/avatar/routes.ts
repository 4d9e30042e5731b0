import { z } from 'zod';
import { route } from '../../route.js';
import { Avatar, avatarFormats, AvatarId, avatarSizes } from './schemas.js';

const own = { owner: 'profile', access: { kind: 'user' }, tag: 'Avatar' } as const;

/** What is taken as a picture. */
export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;

export const uploadAvatarRoute = route('uploadAvatar', {
  ...own,
  method: 'POST',
  path: '/users/profile/avatar',
  summary:
    'Send your picture: a JPEG, PNG or WebP of at most 5 MB and 25 million pixels; only its middle square is kept',
  upload: { field: 'file', types: pictureTypes, maxBytes: 5 * 1024 * 1024 },
  responses: { 200: Avatar },
  ifMatch: 'optional',
});

export const removeAvatarRoute = route('removeAvatar', {
  ...own,
  method: 'DELETE',
  path: '/users/profile/avatar',
  summary: 'Remove your picture, in every size',
  responses: { 204: null },
  ifMatch: 'optional',
});

export const getMemberAvatarRoute = route('getMemberAvatar', {
  ...own,
  method: 'GET',
  path: '/users/{user_id}/avatar',
  summary: 'The picture of a member, if you may see it; in the format you accept unless one is said',
  params: z.object({ user_id: z.uuid() }),
  query: z.object({
    size: z.coerce.number().pipe(z.literal(avatarSizes)).default(256),
    format: z.enum(avatarFormats).optional(),
  }),
  responses: { 200: 'stream', 304: null },
});

export const getSignedAvatarRoute = route('getSignedAvatar', {
  ...own,
  method: 'GET',
  path: '/avatars/{account_id}/{user_id}/{avatar_id}/{file}',
  summary: 'A picture by the address that a profile gave for it',
  access: { kind: 'open' },
  params: z.object({
    account_id: z.uuid(),
    user_id: z.uuid(),
    avatar_id: AvatarId,
    file: z.string().regex(new RegExp(`^(${avatarSizes.join('|')})\\.(${avatarFormats.join('|')})$`)),
  }),
  query: z.object({
    expires: z.string().regex(/^\d{1,12}$/),
    signature: z.string().regex(/^[\w-]{43}$/),
  }),
  responses: { 200: 'stream', 304: null },
});

export const avatarRoutes = [uploadAvatarRoute, removeAvatarRoute, getMemberAvatarRoute, getSignedAvatarRoute] as const;
