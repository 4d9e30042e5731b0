import type { Avatar } from '@annals/contracts';
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
