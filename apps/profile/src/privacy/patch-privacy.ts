import { patchPrivacyRoute as route, PrivacyDocument, type PrivacyPatch, type ProfileEvent } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { checked } from '../document/checked.js';
import { mergePatch } from '../document/merge-patch.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { decideTo } from './decide-privacy.js';
import { shownPrivacy } from './get-privacy.js';

export interface PatchPrivacy extends Owner {
  patch: PrivacyPatch;
  now: string;
}

/** JSON merge patch (RFC 7396) of what was decided. */
export function decidePatchPrivacy(command: PatchPrivacy, state: ProfileState): ProfileEvent[] {
  const { updatedAt: _, ...decided } = state.privacy;
  const wanted = checked(PrivacyDocument, mergePatch(decided, command.patch));
  return decideTo(wanted, command, command.now, state);
}

/** PATCH /users/profile/privacy */
export const patchPrivacy = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: ProfileState) => decidePatchPrivacy({ ...owner, patch: body, now }, state);
    const outcome = await folds.execute(profile, streamOf(owner), commandOf(request, decide));
    return written(outcome, (state) => shownPrivacy(owner, state));
  });
