import { getPrivacyRoute as route, type Privacy } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { effectivePrivacy } from './visibility.js';

/** The settings as their owner sees them: all of them, decided or not. */
export const shownPrivacy = ({ account_id, user_id }: Owner, { privacy }: ProfileState): Privacy => ({
  ...{ user_id, account_id },
  ...effectivePrivacy(privacy),
  updated_at: privacy.updatedAt,
});

/** GET /users/profile/privacy. Its ETag is that of the profile: both are one stream, and what changes one may matter to the other. */
export const getPrivacy = (folds: FreshFolds): MountedRoute =>
  mount(route, async ({ context, minPosition }) => {
    const owner = ownerOf(context);
    const { state, revision } = await folds.read(profile, streamOf(owner), minPosition);
    return { status: 200, body: shownPrivacy(owner, state), revision };
  });
