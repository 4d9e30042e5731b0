import { getPrivacyRoute as route, type Privacy } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { consents, type Decisions, decisionsOf, inForce } from '../consent/consents.js';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { effectivePrivacy } from './visibility.js';

/** The settings as their owner sees them: all of them, decided or not, with the consent to tracking as it stands. */
export function shownPrivacy(
  { account_id, user_id }: Owner,
  { privacy }: ProfileState,
  decided: Decisions = {},
): Privacy {
  const decisions = decisionsOf(privacy, decided);
  const times = [privacy.updatedAt, decisions.activity_tracking?.at ?? null].filter((at) => at !== null).sort();
  return {
    ...{ user_id, account_id },
    ...effectivePrivacy(privacy),
    activity_tracking: inForce(decisions, 'activity_tracking'),
    updated_at: times.at(-1) ?? null,
  };
}

/**
 * GET /users/profile/privacy. Its ETag is that of the profile, with which the settings share a stream, and of the consents;
 * `If-Match` of a change minds the profile's.
 */
export const getPrivacy = (folds: FreshFolds): MountedRoute =>
  mount(route, async ({ context, minPosition }) => {
    const owner = ownerOf(context);
    const [{ state, revision }, decided] = await Promise.all([
      folds.read(profile, streamOf(owner), minPosition),
      folds.read(consents, streamOf(owner), minPosition),
    ]);
    return { status: 200, body: shownPrivacy(owner, state, decided.state), revision, besides: decided.revision };
  });
