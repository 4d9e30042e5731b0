import { type MountedRoute } from '@annals/service';
import { accountDefaults } from './account-defaults.js';
import { getPreferences } from './get-preferences.js';
import { type PreferenceParts } from './own-preferences.js';
import { partRoutesOf } from './parts.js';
import { patchPreferences } from './patch-preferences.js';
import { replacePreferences } from './replace-preferences.js';

/** Everything about preferences: a person's own, their parts, and the defaults of an account. */
export const preferencesServiceRoutes = (parts: PreferenceParts): MountedRoute[] => [
  getPreferences(parts),
  replacePreferences(parts),
  patchPreferences(parts),
  ...partRoutesOf(parts),
  ...accountDefaults(parts.folds),
];
