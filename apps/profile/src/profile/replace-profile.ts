import { type ProfileDocument, type ProfileEvent, replaceProfileRoute as route } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import type { AvatarLinks } from '../avatar/avatar-links.js';
import { commandOf } from '../command-of.js';
import { changeProfile, type ChangeParts } from '../handle/change-profile.js';
import { type Owner, ownerOf } from '../owner.js';
import { type ProfileState, shown } from './profile.js';
import { updateTo } from './update.js';

export interface ReplaceProfile extends Owner {
  profile: ProfileDocument;
  now: string;
}

/** A field that is left out is removed. @throws Problem 400 `profile-field-invalid` */
export function decideReplaceProfile(command: ReplaceProfile, state: ProfileState): ProfileEvent[] {
  return updateTo(command.profile, command, command.now, state);
}

/** PUT /users/profile */
export const replaceProfile = (parts: ChangeParts & { avatarLinks: AvatarLinks }): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: ProfileState) => decideReplaceProfile({ ...owner, profile: body, now }, state);
    const outcome = await changeProfile(parts, owner, commandOf(request, decide));
    return written(outcome, (state) => shown(owner, state, parts.avatarLinks));
  });
