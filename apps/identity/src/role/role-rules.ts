import { grantPaths } from '@annals/auth';
import { builtInRoles, Problem, type BuiltInRole } from '@annals/contracts';
import { definitionsOf, type Role, type RoleSet } from './role.js';

export const maxRoles = 100;
/** Roles of the account in one line of parents; a built-in role at its end does not count. */
export const maxDepth = 10;
/** Bytes of JSON that the conditional permissions of one role and its parents may take: contexts carry them in a header. */
export const maxConditionalBytes = 4096;

/**
 * What must hold of an account's roles after a change of one of them.
 * @throws Problem 409 `role-name-taken`, `too-many-roles`, `role-cycle`, `role-too-deep`, `role-too-large`,
 *   400 `role-parent-unknown`
 */
export function checkRoles(set: RoleSet, changed: Role): void {
  const roles = new Map(set.roles).set(changed.role_id, changed);
  if (roles.size > maxRoles) throw new Problem(409, 'too-many-roles', `An account has at most ${maxRoles} roles`);
  checkName(roles, changed);
  checkParents(roles, changed);
  // Whoever inherits from the changed role got a longer line and more conditions too.
  for (const role of roles.values()) {
    if (lineOf(roles, role).length > maxDepth) {
      throw new Problem(409, 'role-too-deep', `Roles inherit over at most ${maxDepth} steps`);
    }
    if (conditionalBytes({ ...set, roles }, role.role_id) > maxConditionalBytes) {
      throw new Problem(409, 'role-too-large', 'The conditions of a role and its parents are too much for one role');
    }
  }
}

/** Names are compared without case, and no role of an account may pass for a built-in one. */
function checkName(roles: ReadonlyMap<string, Role>, { role_id, name }: Role): void {
  const wanted = comparable(name);
  const others = [...roles.values()].filter((role) => role.role_id !== role_id).map((role) => role.name);
  if ([...builtInRoles, ...others].some((taken) => comparable(taken) === wanted)) {
    throw new Problem(409, 'role-name-taken', 'There is a role of this name already');
  }
}

/** Names as they are compared: whatever the case. */
export const comparable = (name: string) => name.normalize('NFKC').toLowerCase();

/** A cycle is told from a line that is too long, although the evaluation would survive both. */
function checkParents(roles: ReadonlyMap<string, Role>, changed: Role): void {
  const { parent } = changed;
  if (parent === null || isBuiltIn(parent)) return;
  if (!roles.has(parent)) throw new Problem(400, 'role-parent-unknown', 'The parent is no role of this account');
  const next = lineOf(roles, changed).at(-1)?.parent;
  if (next && roles.has(next)) throw new Problem(409, 'role-cycle', 'A role cannot inherit from itself');
}

/** A role and its parents within the account, until there is none or one comes again. */
function lineOf(roles: ReadonlyMap<string, Role>, from: Role): Role[] {
  const line: Role[] = [];
  for (let role: Role | undefined = from; role && !line.includes(role); role = roles.get(role.parent ?? '')) {
    line.push(role);
  }
  return line;
}

export const isBuiltIn = (id: string): id is BuiltInRole => (builtInRoles as readonly string[]).includes(id);

function conditionalBytes(set: RoleSet, id: string): number {
  const conditional = grantPaths([id], definitionsOf(set)).filter(({ conditions }) => conditions.length > 0);
  const shown = conditional.map(({ permission, conditions }) => ({ permission, conditions }));
  return Buffer.byteLength(JSON.stringify(shown));
}
