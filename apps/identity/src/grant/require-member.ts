import { Problem, type BuiltInRole } from '@annals/contracts';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';

/**
 * The base role of a member. Who belongs to other accounts alone is as unknown as nobody.
 * @throws Problem 404 `member-not-found`
 */
export async function requireMember({ store }: Identity, accountId: string, userId: string): Promise<BuiltInRole> {
  const { state } = await store.load(memberships, membershipId(accountId, userId));
  if (state.kind !== 'member') throw new Problem(404, 'member-not-found', 'There is no such member');
  return state.role;
}
