import { decidePermission, type Facts, type GrantPath } from '@annals/auth';
import {
  explainPermissionsRoute,
  permissions,
  type HeldRole,
  type Permission,
  type PermissionPath,
} from '@annals/contracts';
import { mount } from '@annals/service';
import { requireMember } from '../grant/require-member.js';
import { shownBaseRole, shownGrant } from '../grant/shown-grant.js';
import type { Identity } from '../identity.js';
import { rightsAt } from '../role/rights.js';
import { roleName } from '../role/role.js';
import { pathsOf, standingOf, type Standing } from '../role/standing.js';
import { accountOf } from '../session/own-session.js';

/** What a member may do in the account, each permission with every way that leads to it, also those that lead nowhere yet. */
export const explainPermissions = (identity: Identity) =>
  mount(explainPermissionsRoute, async ({ context, params, query, now }) => {
    const account_id = accountOf(context);
    const { user_id } = params;
    const base = await requireMember(identity, account_id, user_id);
    const standing = await standingOf(identity, account_id, user_id, base);
    // Somebody else's address is not known here.
    const ipAddress = context.user_id === user_id ? context.ip_address : null;
    const held = heldRoles(standing, now).map((role) => ({ role, paths: pathsOf(identity, standing, [role.role_id]) }));
    const explained = permissions
      .filter((permission) => query.explain === undefined || query.explain === permission)
      .map((permission) => explain(standing, held, permission, { now, userId: user_id, ipAddress }))
      .filter(({ permission, paths }) => paths.length > 0 || permission === query.explain);
    const { role, roles, valid_until } = rightsAt(identity, standing, now);
    return { status: 200, body: { user_id, role, roles, valid_until, permissions: explained } };
  });

const heldRoles = ({ base, grants, set }: Standing, now: string): HeldRole[] => [
  shownBaseRole(base),
  ...[...grants.live.values()].map((grant) => shownGrant(grant, set, now)),
];

function explain(
  { set }: Standing,
  held: readonly { role: HeldRole; paths: readonly GrantPath[] }[],
  permission: Permission,
  facts: Facts,
): { permission: Permission; granted: boolean; paths: PermissionPath[] } {
  const paths = held.flatMap(({ role, paths: leading }) =>
    decidePermission(leading, permission, facts).paths.map(({ via, conditions, grants }) => ({
      role,
      via: via.map((id) => ({ role_id: id, name: roleName(set, id) })),
      conditions,
      grants: grants && role.state === 'active',
    })),
  );
  return { permission, granted: paths.some(({ grants }) => grants), paths };
}
