import { getMemberProfileRoute as route, type MemberProfile, Problem } from '@annals/contracts';
import { type Pool, projectionSchema, tenantQuery } from '@annals/postgres';
import { type MountedRoute, mount, type PositionWaiter } from '@annals/service';
import { ownerOf } from '../../owner.js';
import { memberProfiles } from './projection.js';

type Row = Omit<MemberProfile, 'updated_at'> & { updated_at: Date | null; revision: string | null };

/** How long a reader may wait for its position, in milliseconds. */
const longestWait = 1000;

const query = `
  select account_id, user_id, name, pronouns, bio, location, website, social_links, updated_at, revision
  from ${projectionSchema(memberProfiles)}.member_profiles
  where account_id = $1 and user_id = $2 and member`;

/**
 * GET /users/{user_id}/profile. Somebody unknown, of another account, or no member any more: the same 404.
 */
export const getMemberProfile = (pool: Pool, view: PositionWaiter): MountedRoute =>
  mount(route, async ({ context, params, minPosition }) => {
    const { account_id, user_id } = ownerOf(context);
    await view.waitFor(minPosition, longestWait);
    const scope = { accountId: account_id, userId: user_id };
    const { rows } = await tenantQuery<Row>(pool, scope, query, [account_id, params.user_id]);
    const row = rows[0];
    if (!row) throw new Problem(404, 'member-unknown', 'There is no such member in this account');
    const { revision, updated_at, ...fields } = row;
    return {
      status: 200,
      body: { ...fields, updated_at: updated_at?.toISOString() ?? null } satisfies MemberProfile,
      revision: revision === null ? null : BigInt(revision),
    };
  });
