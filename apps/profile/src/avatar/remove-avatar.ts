import { type AvatarEvent, removeAvatarRoute as route } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import type { Owner } from '../owner.js';
import type { ProfileState } from '../profile/profile.js';
import { type AvatarParts, changeAvatar } from './change-avatar.js';

export interface RemoveAvatar extends Owner {
  now: string;
}

/** Nothing happens where there is none. */
export function decideRemoveAvatar(
  { account_id, user_id, now }: RemoveAvatar,
  { avatar }: ProfileState,
): AvatarEvent[] {
  if (avatar === null) return [];
  return [{ type: 'AvatarRemoved', data: { account_id, user_id, avatar_id: avatar, updated_at: now } }];
}

/** DELETE /users/profile/avatar. The bytes are gone when it is answered. */
export const removeAvatar = (parts: AvatarParts): MountedRoute =>
  mount(route, async (request) => {
    const { now } = request;
    const decide = (owner: Owner, state: ProfileState) => decideRemoveAvatar({ ...owner, now }, state);
    return written(await changeAvatar(parts, request, decide), () => undefined, 204);
  });
