import {
  builtInRoles,
  rankedRoles,
  rolePermissions,
  type RoleEvent,
  type RoleId,
  type RoleInfo,
} from '@annals/contracts';
import { builtInRoleDefinitions, type RoleDefinition } from '@annals/auth';
import type { Aggregate } from '@annals/event-store';

/** A role of an account. */
export interface Role {
  role_id: string;
  name: string;
  description: string;
  parent: RoleId | null;
  active: boolean;
  permissions: RoleInfo['permissions'];
  /** Revision of the stream that last touched it: its ETag. */
  revision: bigint;
}

/** All roles that an account defined, by id. */
export interface RoleSet {
  roles: ReadonlyMap<string, Role>;
  /** Revision that the next event gets: every event of the stream is folded. */
  next: bigint;
}

export function evolveRoles({ roles, next }: RoleSet, event: RoleEvent): RoleSet {
  const { role_id } = event.data;
  const after = new Map(roles);
  if (event.type === 'RoleDeleted') after.delete(role_id);
  else {
    const { account_id: _, ...role } = event.data;
    after.set(role_id, { ...role, revision: next });
  }
  return { roles: after, next: next + 1n };
}

/** One stream per account, named by its id: names, parents and cycles are decided over all of its roles at once. */
export const roleSets: Aggregate<RoleSet> = {
  category: 'role',
  initial: { roles: new Map(), next: 0n },
  evolve: evolveRoles,
};

/** The built-in roles and those of the account, as the evaluation takes them. A built-in name always means the built-in role. */
export function definitionsOf({ roles }: RoleSet): Map<string, RoleDefinition> {
  const custom = [...roles.values()].map(({ role_id, parent, active, permissions }): [string, RoleDefinition] => [
    role_id,
    { id: role_id, parent, active, grants: permissions },
  ]);
  return new Map([...custom, ...builtInRoleDefinitions.map((role): [string, RoleDefinition] => [role.id, role])]);
}

const ranks: readonly string[] = rankedRoles;

/** The built-in roles as they are shown: the same in every account, and nobody's to change. */
export const builtInRoleInfos: readonly RoleInfo[] = builtInRoles.map((role) => ({
  ...{ id: role, name: role, description: '', built_in: true, parent: null, active: true },
  rank: ranks.includes(role) ? ranks.indexOf(role) : null,
  permissions: rolePermissions[role].map((permission) => ({ permission, conditions: [] })),
}));

/** A role of the account as it is shown. */
export function shownRole({ role_id, name, description, parent, active, permissions }: Role): RoleInfo {
  return { ...{ id: role_id, name, description, parent, active, permissions }, built_in: false, rank: null };
}

/** The name people know a role by; its id when there is no such role any more. */
export const roleName = ({ roles }: RoleSet, id: string): string => roles.get(id)?.name ?? id;
