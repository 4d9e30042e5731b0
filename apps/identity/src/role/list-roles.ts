import { listRolesRoute, pageMeta, type RoleInfo } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { builtInRoleInfos, roleSets, shownRole, type RoleSet } from './role.js';

/** The built-in roles, strongest first, then those of the account by name. */
export const rolesShown = ({ roles }: RoleSet): RoleInfo[] => [
  ...builtInRoleInfos,
  ...[...roles.values()].map(shownRole).sort(byName),
];

const byName = (a: RoleInfo, b: RoleInfo) => a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1);

/** Roles of the account, read from the events themselves: there are few, so they are sorted here. */
export const listRoles = ({ store }: Identity) =>
  mount(listRolesRoute, async ({ context, query }) => {
    const { page, limit, sort_by, sort_order } = query;
    const { state } = await store.load(roleSets, accountOf(context));
    const all = sort_by === 'name' ? rolesShown(state).sort(byName) : rolesShown(state);
    const sorted = sort_order === 'asc' ? all : all.reverse();
    const data = sorted.slice((page - 1) * limit, page * limit);
    return { status: 200, body: { data, meta: pageMeta(page, limit, all.length) } };
  });
