import { decidePermission, isElevated, requirePermission, type Facts } from '@annals/auth';
import {
  checkPermissionsRoute,
  type CheckedPermission,
  type CurrentUserContext,
  type PermissionCheck,
} from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { rolesAt, pathsOf, standingOf, type Standing } from '../role/standing.js';
import { accountOf, ownUser } from '../session/own-session.js';

/** Decides many permissions at once. Each person's roles are read once, whatever is asked about them. */
export const checkPermissions = (identity: Identity) =>
  mount(checkPermissionsRoute, async ({ context, body, now }) => {
    const me = ownUser(context);
    const about = [...new Set(body.checks.map((check) => check.user_id ?? me))];
    if (about.some((userId) => userId !== me)) requirePermission(context, 'MANAGE_ROLES');
    const standings = new Map(
      await Promise.all(about.map(async (userId) => [userId, await standing(identity, context, userId)] as const)),
    );
    const data = body.checks.map((check) => {
      const userId = check.user_id ?? me;
      const ipAddress = check.ip_address ?? (userId === me ? context.ip_address : null);
      const at = check.at === undefined ? now : new Date(check.at).toISOString();
      const facts = { now: at, userId, ipAddress, ownerId: check.owner_id ?? null, attributes: check.attributes };
      return decide(identity, standings.get(userId) ?? null, check, facts);
    });
    return { status: 200, body: { data } };
  });

/** Null for who is no member, also when they are one elsewhere. */
async function standing(identity: Identity, context: CurrentUserContext, userId: string): Promise<Standing | null> {
  const accountId = accountOf(context);
  if (userId === context.user_id && isElevated(context)) return standingOf(identity, accountId, userId, 'ADMIN');
  const { state } = await identity.store.load(memberships, membershipId(accountId, userId));
  return state.kind === 'member' ? standingOf(identity, accountId, userId, state.role) : null;
}

function decide(
  identity: Identity,
  standing: Standing | null,
  { permission }: PermissionCheck,
  facts: Facts & { userId: string },
): CheckedPermission {
  const checked = { user_id: facts.userId, permission, granted: false, via: null };
  if (!standing) return { ...checked, reason: 'not-a-member' };
  const paths = pathsOf(identity, standing, rolesAt(standing, facts.now));
  const decision = decidePermission(paths, permission, facts);
  const way = decision.paths.find(({ grants }) => grants);
  if (way) return { ...checked, granted: true, reason: 'granted', via: [...way.via] as CheckedPermission['via'] };
  return { ...checked, reason: decision.paths.length > 0 ? 'conditions-not-met' : 'not-held' };
}
