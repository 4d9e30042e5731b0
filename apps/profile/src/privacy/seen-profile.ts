import { Problem, type SeenProfile } from '@annals/contracts';
import type { PositionToken } from '@annals/event-store';
import { shownAvatar } from '../avatar/shown-avatar.js';
import { type Owner, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import type { ProfileParts } from '../routes.js';
import { isRestricted } from '../restriction/restriction.js';
import { standingOf } from '../views/members/projection.js';
import { seenBy, type Viewer } from './visibility.js';

export type SeeingParts = Pick<ProfileParts, 'folds' | 'pool' | 'members' | 'avatarLinks'>;

/** How long a reader may wait for its position, in milliseconds. */
export const longestWait = 1000;

export interface Seen {
  profile: SeenProfile;
  state: ProfileState;
}

/**
 * The profile of a person as somebody is answered, null where there is none for them: the person is no member of an account
 * that is open, what is held about them is restricted, or, for anybody, they do not act in it at present or show nothing.
 */
export async function seenProfile(
  parts: SeeingParts,
  viewer: Viewer,
  person: Owner,
  minPosition: PositionToken[],
): Promise<Seen | null> {
  await parts.members.waitFor(minPosition, longestWait);
  const standing = await standingOf(parts.pool, person);
  if (standing === null || (viewer === 'anybody' && standing !== 'active')) return null;
  if (viewer !== 'self' && (await isRestricted(parts.folds, person, minPosition))) return null;
  const { state } = await parts.folds.read(profile, streamOf(person), minPosition);
  const avatar = shownAvatar(parts.avatarLinks, viewer, person, state);
  const seen = { ...seenBy(viewer, person, state), avatar };
  return viewer === 'anybody' && !showsAnything(seen) ? null : { profile: seen, state };
}

const showsAnything = ({ user_id: _user, account_id: _account, ...shown }: SeenProfile): boolean =>
  Object.values(shown).some((value) => value !== null);

/** The same in every case, so that it tells none from the other. */
export const memberUnknown = (): Problem =>
  new Problem(404, 'member-unknown', 'There is no such member in this account');
