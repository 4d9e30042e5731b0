import { type MountedRoute } from '@annals/service';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { accountDefaults } from './account-defaults.js';
import { getPreferences } from './get-preferences.js';
import { preferenceParts } from './parts.js';
import { patchPreferences } from './patch-preferences.js';
import { replacePreferences } from './replace-preferences.js';

/** Everything about preferences: a person's own, their parts, and the defaults of an account. */
export const preferencesServiceRoutes = (folds: FreshFolds): MountedRoute[] => [
  getPreferences(folds),
  replacePreferences(folds),
  patchPreferences(folds),
  ...preferenceParts(folds),
  ...accountDefaults(folds),
];
