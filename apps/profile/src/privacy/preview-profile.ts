import { Problem, previewProfileRoute as route, type ProfilePreview } from '@annals/contracts';
import { type MountedRoute, mount, type RouteRequest } from '@annals/service';
import { type Owner, ownerOf } from '../owner.js';
import { isMember } from '../views/members/projection.js';
import { longestWait, memberUnknown, type SeeingParts, seenProfile } from './seen-profile.js';
import { findable, type Viewer } from './visibility.js';

/** GET /users/profile/preview: what the named viewer is answered, by the code that answers them. */
export const previewProfile = (parts: SeeingParts): MountedRoute =>
  mount(route, async ({ context, query, minPosition }) => {
    const owner = ownerOf(context);
    // Also for the viewer, who may have joined a moment ago.
    await parts.members.waitFor(minPosition, longestWait);
    const viewer = await viewerOf(parts, owner, query);
    const seen = await seenProfile(parts, viewer, owner, minPosition);
    const body: ProfilePreview = {
      profile: seen && seen.profile,
      in_directory: viewer !== 'anybody' && seen !== null && findable(seen.state),
    };
    return { status: 200, body };
  });

type Asked = RouteRequest<(typeof route)['definition']>['query'];

/** @throws Problem 400 `preview-member-required`, 404 `member-unknown` */
async function viewerOf({ pool }: SeeingParts, owner: Owner, { as, user_id }: Asked): Promise<Viewer> {
  if (as === 'public') return 'anybody';
  if (as === 'account') return 'member';
  if (user_id === undefined) {
    throw new Problem(400, 'preview-member-required', 'Say as which member', {
      fields: [{ path: 'user_id', code: 'required', message: 'must name the member with as=member' }],
    });
  }
  if (!(await isMember(pool, { account_id: owner.account_id, user_id }))) throw memberUnknown();
  return user_id === owner.user_id ? 'self' : 'member';
}
