import { deleteProfileRoute as route, type ProfileEvent } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { changeProfile, type ChangeParts } from '../handle/change-profile.js';
import { type Owner, ownerOf } from '../owner.js';
import { type ProfileState } from './profile.js';
import { lapsed } from './update.js';

export interface DeleteProfile extends Owner {
  now: string;
}

/** Nothing happens to a profile that is empty already; a badge goes with what it spoke of. */
export function decideDeleteProfile(command: DeleteProfile, state: ProfileState): ProfileEvent[] {
  if (Object.keys(state.fields).length === 0) return [];
  const { account_id, user_id, now } = command;
  const spokenOf = [...(state.badge?.fields ?? [])];
  return [{ type: 'ProfileDeleted', data: { account_id, user_id } }, ...lapsed(command, state, spokenOf, now)];
}

/** DELETE /users/profile */
export const deleteProfile = (parts: ChangeParts): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const decide = (state: ProfileState) => decideDeleteProfile({ ...owner, now: request.now }, state);
    const outcome = await changeProfile(parts, owner, commandOf(request, decide));
    return written(outcome, () => undefined, 204);
  });
