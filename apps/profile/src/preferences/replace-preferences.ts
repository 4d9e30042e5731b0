import { replacePreferencesRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { replacing } from './change.js';
import { changePreferences, type PreferenceParts } from './own-preferences.js';
import { shown } from './shown.js';

/** PUT /users/preferences: what is left out goes back to its default. */
export const replacePreferences = (parts: PreferenceParts): MountedRoute =>
  mount(route, (request) =>
    changePreferences(parts, request, replacing(request.body), (owner, layers) => shown(owner, layers, false)),
  );
