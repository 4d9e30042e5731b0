import { patchPrivacyRoute as route, PrivacyDocument, type PrivacyPatch, type ProfileEvent } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { checked } from '../document/checked.js';
import { mergePatch } from '../document/merge-patch.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf } from '../owner.js';
import { type ProfileState } from '../profile/profile.js';
import { changePrivacy } from './change-privacy.js';
import { decideTo } from './decide-privacy.js';

export interface PatchPrivacy extends Owner {
  patch: PrivacyPatch;
  now: string;
}

/** JSON merge patch (RFC 7396) of what was decided, but for the consent beside it. */
export function decidePatchPrivacy(command: PatchPrivacy, state: ProfileState): ProfileEvent[] {
  const { fields, searchable } = state.privacy;
  const { activity_tracking: _, ...patch } = command.patch;
  const wanted = checked(PrivacyDocument, mergePatch({ fields, searchable }, patch));
  return decideTo(wanted, command, command.now, state);
}

/** PATCH /users/profile/privacy */
export const patchPrivacy = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: ProfileState) => decidePatchPrivacy({ ...owner, patch: body, now }, state);
    return changePrivacy(folds, request, decide, body.activity_tracking);
  });
