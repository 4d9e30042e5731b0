import { patchPreferencesRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { patching } from './change.js';
import { changePreferences, type PreferenceParts } from './own-preferences.js';
import { shown } from './shown.js';

/** PATCH /users/preferences: JSON merge patch (RFC 7396). */
export const patchPreferences = (parts: PreferenceParts): MountedRoute =>
  mount(route, (request) =>
    changePreferences(parts, request, patching(request.body), (owner, layers) => shown(owner, layers, false)),
  );
