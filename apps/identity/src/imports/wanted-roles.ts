import type { Caller } from '@annals/auth';
import { Problem, type ImportedPerson } from '@annals/contracts';
import { requireOwnRights } from '../role/own-rights.js';
import type { RoleSet } from '../role/role.js';
import { comparable, isBuiltIn } from '../role/role-rules.js';

/**
 * Ids of the roles that a row names besides that of the membership. Whoever imports gives none that is more than their own.
 * @throws Problem 404 `role-not-found`, 403 `beyond-own-rights`, each with the field of the row
 */
export function wantedRoles(caller: Caller, set: RoleSet, { role, roles }: ImportedPerson): string[] {
  if (role !== undefined) inField('role', () => requireOwnRights(caller, set, role));
  return roles.map((name) =>
    inField('roles', () => {
      const found = isBuiltIn(name) ? name : idOf(set, name);
      requireOwnRights(caller, set, found);
      return found;
    }),
  );
}

function idOf({ roles }: RoleSet, name: string): string {
  const found = [...roles.values()].find((role) => comparable(role.name) === comparable(name));
  if (!found) throw new Problem(404, 'role-not-found', 'The account has no role of this name');
  return found.role_id;
}

/** Says which field of the row a refusal is about. */
function inField<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, code, detail } = error;
    throw new Problem(status, code, detail, { fields: [{ path, code, message: detail }] });
  }
}
