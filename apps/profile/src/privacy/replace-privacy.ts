import { type PrivacyDocument, type ProfileEvent, replacePrivacyRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf } from '../owner.js';
import { type ProfileState } from '../profile/profile.js';
import { changePrivacy } from './change-privacy.js';
import { decideTo } from './decide-privacy.js';

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
    return changePrivacy(folds, request, decide, body.activity_tracking ?? null);
  });
