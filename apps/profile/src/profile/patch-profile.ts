import { patchProfileRoute as route, ProfileDocument, type ProfileEvent, type ProfilePatch } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { checked } from '../document/checked.js';
import { mergePatch } from '../document/merge-patch.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileState, shown } from './profile.js';
import { updateTo } from './update.js';

export interface PatchProfile extends Owner {
  patch: ProfilePatch;
  now: string;
}

/** JSON merge patch (RFC 7396). @throws Problem 400 `invalid-document`, `birth-in-future` */
export function decidePatchProfile(command: PatchProfile, state: ProfileState): ProfileEvent[] {
  const wanted = checked(ProfileDocument, mergePatch(state.fields, command.patch));
  return updateTo(wanted, command, command.now, state);
}

/** PATCH /users/profile */
export const patchProfile = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: ProfileState) => decidePatchProfile({ ...owner, patch: body, now }, state);
    const outcome = await folds.execute(profile, streamOf(owner), commandOf(request, decide));
    return written(outcome, (state) => shown(owner, state));
  });
