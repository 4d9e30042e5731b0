import { type ProfileDocument, type ProfileEvent, replaceProfileRoute as route } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileState, shown } from './profile.js';
import { updateTo } from './update.js';

export interface ReplaceProfile extends Owner {
  profile: ProfileDocument;
  now: string;
}

/** A field that is left out is removed. @throws Problem 400 `birth-in-future` */
export function decideReplaceProfile(command: ReplaceProfile, state: ProfileState): ProfileEvent[] {
  return updateTo(command.profile, command, command.now, state);
}

/** PUT /users/profile */
export const replaceProfile = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: ProfileState) => decideReplaceProfile({ ...owner, profile: body, now }, state);
    const outcome = await folds.execute(profile, streamOf(owner), commandOf(request, decide));
    return written(outcome, (state) => shown(owner, state));
  });
