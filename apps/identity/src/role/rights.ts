import { heldBy, nextChange } from '@annals/auth';
import { rankedRoles, type BuiltInRole, type ConditionalPermission, type IdentityContext } from '@annals/contracts';
import type { MyAccount } from '../account/choose-account.js';
import type { Identity } from '../identity.js';
import type { Asker } from '../session/asker.js';
import { maxConditionalBytes } from './role-rules.js';
import { grantsInForce, pathsOf, rolesAt, withRoles, type Standing } from './standing.js';

/** What somebody may do in an account, as the context says it. */
export type Rights = Pick<
  IdentityContext,
  | 'role'
  | 'roles'
  | 'permissions'
  | 'conditional_permissions'
  | 'temporary_roles'
  | 'is_system_admin_access'
  | 'elevation_id'
  | 'valid_until'
>;

/** Of a person who is in no account. */
export const noRights: Rights = {
  ...{ role: null, roles: [], permissions: [], conditional_permissions: [], temporary_roles: [] },
  ...{ is_system_admin_access: false, elevation_id: null, valid_until: null },
};

/**
 * The rights of a member in an account, read from the events themselves: the role of the membership, what they were given
 * beside it for now, and what these roles inherit.
 */
export async function rightsIn(identity: Identity, account: MyAccount, asker: Asker, now: string): Promise<Rights> {
  const { account_id, role: base, grants } = account;
  const { user_id } = asker.user;
  return rightsAt(identity, await withRoles(identity, { account_id, user_id, base, grants }), now);
}

/** What a standing amounts to at `now`, and until when. */
export function rightsAt(identity: Pick<Identity, 'grantCache'>, standing: Standing, now: string): Rights {
  const { base, grants } = standing;
  const given = grantsInForce(standing, now);
  const roles = rolesAt(standing, now);
  const { permissions, conditional_permissions } = heldBy(pathsOf(identity, standing, roles));
  return {
    ...noRights,
    role: strongest(base, roles),
    roles,
    permissions,
    conditional_permissions: withinHeader(conditional_permissions),
    temporary_roles: given
      .filter(({ role_id, expires_at }) => expires_at !== null && role_id !== base)
      .map(({ role_id }) => role_id)
      .sort(),
    valid_until: nextChange([...grants.live.values()], now),
  };
}

/** The strongest ranked role of those that somebody has; the one of the membership when none has a rank. */
const strongest = (base: BuiltInRole, roles: readonly string[]): BuiltInRole =>
  rankedRoles.find((ranked) => roles.includes(ranked)) ?? base;

/**
 * Contexts travel in a header of limited size. One role cannot hold too many conditions, but many roles together can;
 * then the later permissions are left out: too little is better than no context at all.
 */
function withinHeader(conditional: readonly ConditionalPermission[]): ConditionalPermission[] {
  let bytes = 0;
  return conditional.filter((held) => (bytes += Buffer.byteLength(JSON.stringify(held)) + 1) <= maxConditionalBytes);
}
