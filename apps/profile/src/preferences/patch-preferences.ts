import { patchPreferencesRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { patching } from './change.js';
import { changePreferences } from './own-preferences.js';
import { shown } from './shown.js';

/** PATCH /users/preferences: JSON merge patch (RFC 7396). */
export const patchPreferences = (folds: FreshFolds): MountedRoute =>
  mount(route, (request) =>
    changePreferences(folds, request, patching(request.body), (owner, layers) => shown(owner, layers, false)),
  );
