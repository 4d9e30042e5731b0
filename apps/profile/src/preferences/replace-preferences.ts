import { type PreferencesDocument, type PreferencesEvent, replacePreferencesRoute as route } from '@annals/contracts';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { preferences, type PreferencesState, shown } from './preferences.js';
import { updateTo } from './update.js';

export interface ReplacePreferences extends Owner {
  preferences: PreferencesDocument;
  now: string;
}

/** What is left out goes back to its default. */
export function decideReplacePreferences(command: ReplacePreferences, state: PreferencesState): PreferencesEvent[] {
  return updateTo(command.preferences, command, command.now, state);
}

/** PUT /users/preferences */
export const replacePreferences = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { body, now } = request;
    const decide = (state: PreferencesState) => decideReplacePreferences({ ...owner, preferences: body, now }, state);
    const outcome = await folds.execute(preferences, streamOf(owner), commandOf(request, decide));
    return written(outcome, (state) => shown(owner, state));
  });
