import type { Avatar, AvatarThumbnail } from '@annals/contracts';
import type { Owner } from '../owner.js';
import { maySee, type Viewer } from '../privacy/visibility.js';
import type { ProfileState } from '../profile/profile.js';
import type { AvatarLinks } from './avatar-links.js';

/** A person's picture as somebody is answered: null for one that is hidden, as for one that is not there. */
export const shownAvatar = (
  { linksFor }: AvatarLinks,
  viewer: Viewer,
  owner: Owner,
  { avatar, privacy }: Pick<ProfileState, 'avatar' | 'privacy'>,
): Avatar | null => (avatar !== null && maySee(viewer, 'avatar', privacy) ? linksFor(viewer, owner, avatar) : null);

/** The same in small, for lists. */
export const shownThumbnail = (
  { thumbnailFor }: AvatarLinks,
  viewer: Viewer,
  owner: Owner,
  { avatar, privacy }: Pick<ProfileState, 'avatar' | 'privacy'>,
): AvatarThumbnail | null =>
  avatar !== null && maySee(viewer, 'avatar', privacy) ? thumbnailFor(viewer, owner, avatar) : null;
