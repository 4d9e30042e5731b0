import { type AvatarFormat, type AvatarSize, getSignedAvatarRoute as route } from '@annals/contracts';
import { Problem } from '@annals/contracts';
import type { Objects } from '@annals/objects';
import { type MountedRoute, mount } from '@annals/service';
import { type SeeingParts, seenProfile } from '../privacy/seen-profile.js';
import { maySee } from '../privacy/visibility.js';
import type { AvatarLinks } from './avatar-links.js';
import { avatarUnknown, servedPicture } from './served-picture.js';

/**
 * GET /avatars/…: a picture for whom its address was made, as long as it is the present one and they may still see it. Its
 * bytes never change, so who has them need not ask again.
 */
export const getSignedAvatar = (parts: SeeingParts & { objects: Objects; avatarLinks: AvatarLinks }): MountedRoute =>
  mount(route, async ({ params: { file, ...params }, query }) => {
    const [size, format] = file.split('.');
    const picture = { ...params, size: Number(size) as AvatarSize, format: format as AvatarFormat };
    const link = parts.avatarLinks.check(picture, query.expires, query.signature);
    if (!link) throw linkInvalid();
    const seen = await seenProfile(parts, link.viewer, params, []);
    if (seen?.profile.avatar?.id !== params.avatar_id) throw avatarUnknown();
    const who = maySee('anybody', 'avatar', seen.state.privacy) ? 'public' : 'private';
    return servedPicture(parts.objects, picture, {
      'cache-control': `${who}, max-age=${link.seconds}, immutable`,
      // The address is the permission: pages of other origins show it too.
      'cross-origin-resource-policy': 'cross-origin',
    });
  });

const linkInvalid = () =>
  new Problem(
    404,
    'avatar-link-invalid',
    'This address was not made here, or its time is over: read the profile again',
  );
