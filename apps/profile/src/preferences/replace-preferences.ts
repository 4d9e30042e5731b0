import { replacePreferencesRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { replacing } from './change.js';
import { changePreferences } from './own-preferences.js';
import { shown } from './shown.js';

/** PUT /users/preferences: what is left out goes back to its default. */
export const replacePreferences = (folds: FreshFolds): MountedRoute =>
  mount(route, (request) =>
    changePreferences(folds, request, replacing(request.body), (owner, layers) => shown(owner, layers, false)),
  );
