import { patchProfileRoute as route, ProfileDocument, type ProfileEvent, type ProfilePatch } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import type { AvatarLinks } from '../avatar/avatar-links.js';
import { commandOf } from '../command-of.js';
import { checked } from '../document/checked.js';
import { mergePatch } from '../document/merge-patch.js';
import { changeProfile, type ChangeParts } from '../handle/change-profile.js';
import { type Owner, ownerOf } from '../owner.js';
import { type ProfileState, shown } from './profile.js';
import { updateTo } from './update.js';

export interface PatchProfile extends Owner {
  patch: ProfilePatch;
  now: string;
}

/** JSON merge patch (RFC 7396). What it does not name is not looked at. @throws Problem 400 `invalid-document`, `profile-field-invalid` */
export function decidePatchProfile(command: PatchProfile, state: ProfileState): ProfileEvent[] {
  const merged = mergePatch(state.fields, command.patch) as ProfileDocument;
  const named = Object.entries(merged).filter(([name]) => name in command.patch);
  const touched = checked(ProfileDocument, Object.fromEntries(named));
  return updateTo({ ...merged, ...touched }, command, command.now, state);
}

/** PATCH /users/profile */
export const patchProfile = (parts: ChangeParts & { avatarLinks: AvatarLinks }): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: ProfileState) => decidePatchProfile({ ...owner, patch: body, now }, state);
    const outcome = await changeProfile(parts, owner, commandOf(request, decide));
    return written(outcome, (state) => shown(owner, state, parts.avatarLinks));
  });
