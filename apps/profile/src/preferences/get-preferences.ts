import { getPreferencesRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { readPreferences, type PreferenceParts } from './own-preferences.js';
import { shown } from './shown.js';

/** GET /users/preferences */
export const getPreferences = (parts: PreferenceParts): MountedRoute =>
  mount(route, (request) =>
    readPreferences(parts, request, (owner, layers) => shown(owner, layers, request.query.explain === 'true')),
  );
