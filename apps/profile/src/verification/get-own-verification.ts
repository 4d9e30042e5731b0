import { getOwnVerificationRoute as route } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import type { FreshFolds } from '../folds/fresh-folds.js';
import { ownerOf, streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { shownVerification } from './shown-verification.js';
import { verifications } from './verification.js';

/** GET /users/profile/verification. Says too what has changed in the profile since, so its tag is also the profile's. */
export const getOwnVerification = (folds: FreshFolds): MountedRoute =>
  mount(route, async ({ context, minPosition }) => {
    const id = streamOf(ownerOf(context));
    const [{ state, revision }, present] = await Promise.all([
      folds.read(verifications, id, minPosition),
      folds.read(profile, id, minPosition),
    ]);
    const body = shownVerification(state, present.state.fields);
    return { status: 200, body, revision, besides: present.revision };
  });
