import { getProfileRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { ownerOf, streamOf } from '../owner.js';
import type { ProfileParts } from '../routes.js';
import { profile, shown } from './profile.js';

/** GET /users/profile */
export const getProfile = ({ folds, avatarLinks }: Pick<ProfileParts, 'folds' | 'avatarLinks'>): MountedRoute =>
  mount(route, async ({ context, minPosition }) => {
    const owner = ownerOf(context);
    const { state, revision } = await folds.read(profile, streamOf(owner), minPosition);
    return { status: 200, body: shown(owner, state, avatarLinks), revision };
  });
