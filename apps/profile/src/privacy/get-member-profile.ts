import { getMemberProfileRoute as route } from '@annals/contracts';
import { contentTag, type MountedRoute, mount } from '@annals/service';
import { ownerOf } from '../owner.js';
import type { ProfileParts } from '../routes.js';
import { revealProfile } from './reveal-profile.js';
import { memberUnknown, seenProfile } from './seen-profile.js';

/**
 * GET /users/{user_id}/profile. Somebody unknown, of another account, or no member any more: the same 404.
 * Tagged by what it says and not by a revision, which would tell of changes that the viewer may not see.
 */
export const getMemberProfile = (
  parts: Pick<ProfileParts, 'store' | 'folds' | 'pool' | 'members' | 'avatarLinks'>,
): MountedRoute =>
  mount(route, async (request) => {
    const { account_id, user_id } = ownerOf(request.context);
    const person = { account_id, user_id: request.params.user_id };
    const own = person.user_id === user_id;
    if (request.query.reveal === 'true' && !own) return revealProfile(parts, person, request);
    const seen = await seenProfile(parts, own ? 'self' : 'member', person, request.minPosition);
    if (!seen) throw memberUnknown();
    return { status: 200, body: seen.profile, headers: { etag: contentTag(seen.profile) } };
  });
