import { getPreferencesRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { readPreferences } from './own-preferences.js';
import { shown } from './shown.js';

/** GET /users/preferences */
export const getPreferences = (folds: FreshFolds): MountedRoute =>
  mount(route, (request) =>
    readPreferences(folds, request, (owner, layers) => shown(owner, layers, request.query.explain === 'true')),
  );
