import { deleteProfileRoute as route, type ProfileEvent } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileState } from './profile.js';

/** Nothing happens to a profile that is empty already. */
export function decideDeleteProfile({ account_id, user_id }: Owner, state: ProfileState): ProfileEvent[] {
  if (Object.keys(state.fields).length === 0) return [];
  return [{ type: 'ProfileDeleted', data: { account_id, user_id } }];
}

/** DELETE /users/profile */
export const deleteProfile = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const decide = (state: ProfileState) => decideDeleteProfile(owner, state);
    const outcome = await folds.execute(profile, streamOf(owner), commandOf(request, decide));
    return written(outcome, () => undefined, 204);
  });
