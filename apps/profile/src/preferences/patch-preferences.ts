import {
  patchPreferencesRoute as route,
  PreferencesDocument,
  type PreferencesEvent,
  type PreferencesPatch,
} from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { checked } from '../document/checked.js';
import { mergePatch } from '../document/merge-patch.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { preferences, type PreferencesState, shown } from './preferences.js';
import { updateTo } from './update.js';

export interface PatchPreferences extends Owner {
  patch: PreferencesPatch;
  now: string;
}

/** JSON merge patch (RFC 7396). @throws Problem 400 `invalid-document` */
export function decidePatchPreferences(command: PatchPreferences, state: PreferencesState): PreferencesEvent[] {
  const wanted = checked(PreferencesDocument, mergePatch(state.chosen, command.patch));
  return updateTo(wanted, command, command.now, state);
}

/** PATCH /users/preferences */
export const patchPreferences = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: PreferencesState) => decidePatchPreferences({ ...owner, patch: body, now }, state);
    const outcome = await folds.execute(preferences, streamOf(owner), commandOf(request, decide));
    return written(outcome, (state) => shown(owner, state));
  });
