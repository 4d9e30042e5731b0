import { getPublicProfileRoute as route } from '@annals/contracts';
import { contentTag, type MountedRoute, mount } from '@annals/service';
import { memberUnknown, type SeeingParts, seenProfile } from './seen-profile.js';

/** How long what is public may be kept: what a person takes back is gone everywhere after it. */
const kept = 'public, max-age=60';

/**
 * GET /public/accounts/{account_id}/profiles/{user_id}: what anybody may see, whoever asks. Nothing public, no member,
 * unknown: the same 404.
 */
export const getPublicProfile = (parts: SeeingParts): MountedRoute =>
  mount(route, async ({ params, minPosition }) => {
    const seen = await seenProfile(parts, 'anybody', params, minPosition);
    if (!seen) throw memberUnknown();
    return { status: 200, body: seen.profile, headers: { 'cache-control': kept, etag: contentTag(seen.profile) } };
  });
