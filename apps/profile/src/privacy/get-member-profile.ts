import { getMemberProfileRoute as route, Problem } from '@annals/contracts';
import type { Pool } from '@annals/postgres';
import { type MountedRoute, mount, type PositionWaiter } from '@annals/service';
import type { FreshFolds } from '../folds/fresh-folds.js';
import { ownerOf, streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { isMember } from '../views/members/projection.js';
import { seenBy } from './visibility.js';

/** How long a reader may wait for its position, in milliseconds. */
const longestWait = 1000;

/**
 * GET /users/{user_id}/profile. Somebody unknown, of another account, or no member any more: the same 404.
 * No revision: it would tell of changes that the viewer may not see.
 */
export const getMemberProfile = (folds: FreshFolds, pool: Pool, members: PositionWaiter): MountedRoute =>
  mount(route, async ({ context, params, minPosition }) => {
    const { account_id, user_id } = ownerOf(context);
    const person = { account_id, user_id: params.user_id };
    await members.waitFor(minPosition, longestWait);
    if (!(await isMember(pool, person))) {
      throw new Problem(404, 'member-unknown', 'There is no such member in this account');
    }
    const { state } = await folds.read(profile, streamOf(person), minPosition);
    return { status: 200, body: seenBy(person.user_id === user_id ? 'self' : 'member', person, state) };
  });
