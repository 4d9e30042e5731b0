import { getPreferencesRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { ownerOf, streamOf } from '../owner.js';
import { preferences, shown } from './preferences.js';

/** GET /users/preferences */
export const getPreferences = (folds: FreshFolds): MountedRoute =>
  mount(route, async ({ context, minPosition }) => {
    const owner = ownerOf(context);
    const { state, revision } = await folds.read(preferences, streamOf(owner), minPosition);
    return { status: 200, body: shown(owner, state), revision };
  });
