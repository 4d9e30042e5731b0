import { assignmentState, type GrantPath } from '@annals/auth';
import type { BuiltInRole } from '@annals/contracts';
import { grantsOfMember, type Grant, type Grants } from '../grant/grant.js';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import { isBuiltIn } from './role-rules.js';
import { definitionsOf, roleSets, type RoleSet } from './role.js';

/** What somebody has in an account, read from the events themselves. */
export interface Standing {
  account_id: string;
  user_id: string;
  /** The role of the membership. */
  base: BuiltInRole;
  grants: Grants;
  /** Roles of the account; none are loaded when none was given. */
  set: RoleSet;
}

export async function standingOf(
  identity: Pick<Identity, 'store'>,
  account_id: string,
  user_id: string,
  base: BuiltInRole,
): Promise<Standing> {
  const { state: grants } = await identity.store.load(grantsOfMember, membershipId(account_id, user_id));
  return withRoles(identity, { account_id, user_id, base, grants });
}

/** Needs one more read for who was given a role of the account, and none for the others. */
export async function withRoles(
  { store }: Pick<Identity, 'store'>,
  standing: Omit<Standing, 'set'>,
): Promise<Standing> {
  const custom = [...standing.grants.live.keys()].some((id) => !isBuiltIn(id));
  return { ...standing, set: custom ? (await store.load(roleSets, standing.account_id)).state : roleSets.initial };
}

/** The grants in force at `now`, of roles that are there and active. */
export function grantsInForce({ grants, set }: Standing, now: string): Grant[] {
  return [...grants.live.values()].filter(
    (grant) =>
      assignmentState(grant, now) === 'active' && (isBuiltIn(grant.role_id) || set.roles.get(grant.role_id)?.active),
  );
}

/** The roles in force at `now`: that of the membership first. */
export const rolesAt = (standing: Standing, now: string): string[] => [
  ...new Set<string>([
    standing.base,
    ...grantsInForce(standing, now)
      .map(({ role_id }) => role_id)
      .sort(),
  ]),
];

/** Everything by which these roles give a permission; remembered until a role of the account changes. */
export function pathsOf(
  { grantCache }: Pick<Identity, 'grantCache'>,
  { account_id, set }: Standing,
  roles: readonly string[],
): readonly GrantPath[] {
  return grantCache.pathsOf(account_id, String(set.next), roles, () => definitionsOf(set));
}
