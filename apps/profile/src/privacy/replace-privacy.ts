import { type PrivacyDocument, type ProfileEvent, replacePrivacyRoute as route } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { decideTo } from './decide-privacy.js';
import { shownPrivacy } from './get-privacy.js';

export interface ReplacePrivacy extends Owner {
  privacy: PrivacyDocument;
  now: string;
}

/** What is left out is decided no more. */
export function decideReplacePrivacy(command: ReplacePrivacy, state: ProfileState): ProfileEvent[] {
  return decideTo(command.privacy, command, command.now, state);
}

/** PUT /users/profile/privacy */
export const replacePrivacy = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: ProfileState) => decideReplacePrivacy({ ...owner, privacy: body, now }, state);
    const outcome = await folds.execute(profile, streamOf(owner), commandOf(request, decide));
    return written(outcome, (state) => shownPrivacy(owner, state));
  });
