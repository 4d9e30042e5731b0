import { identitySchemas, roleAnalyticsRoute } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { grantList } from '../views/grants/grants.js';
import { people } from '../views/people/people.js';
import { rolesOfAccount, roleUseColumns } from './held-permissions.js';
import { hintsOf } from './role-hints.js';
import { isBuiltIn } from './role-rules.js';
import { roleName, roleSets, type RoleSet } from './role.js';

interface Counted {
  role_id: string;
  base_members: number;
  granted_members: number;
  temporary: number;
  ending_soon: number;
}
interface GrantRow {
  user_id: string;
  role_id: string;
  granted_at: Date;
  expires_at: Date | null;
  total: number;
}

const { analyticsRows } = identitySchemas;
const members = `${projectionSchema(people)}.members`;
/** Grants of members that have begun and are not over at $2. */
const inForce = `select g.* from ${projectionSchema(grantList)}.grants g join ${members} m using (account_id, user_id)
  where account_id = $1 and (g.valid_from is null or g.valid_from <= $2) and (g.expires_at is null or g.expires_at > $2)`;

/** Who has which roles, what ends soon and what nobody uses. Read from the views: it is advice, and may be a moment old. */
export const roleAnalytics = ({ store, pool }: Identity) =>
  mount(roleAnalyticsRoute, async ({ context, query, now }) => {
    const accountId = accountOf(context);
    const soon = new Date(Date.parse(now) + query.soon_days * 86_400_000).toISOString();
    const { state: set } = await store.load(roleSets, accountId);
    const ask = <R>(text: string, values: readonly unknown[]) =>
      tenantQuery<R>(pool, { accountId, userId: context.user_id }, text, [accountId, now, ...values]);
    const uses = roleUseColumns(set);
    const [counted, ending, unused] = await Promise.all([
      ask<Counted>(countSql, [soon]),
      ask<GrantRow>(endingSql, [soon]),
      ask<GrantRow>(unusedSql, [uses.roles, uses.permissions]),
    ]);
    const roles = rolesOfAccount(set).map((id) => shownCount(set, id, counted.rows));
    const hints = hintsOf(set, roles, query.many_admins);
    return {
      status: 200,
      body: { roles, ending_soon: shownGrants(set, ending.rows), unused_grants: shownGrants(set, unused.rows), hints },
    };
  });

const countSql = `
  select role_id, sum(base)::int as base_members, sum(granted)::int as granted_members,
         sum(temporary)::int as temporary, sum(soon)::int as ending_soon
  from (
    select role as role_id, 1 as base, 0 as granted, 0 as temporary, 0 as soon from ${members}
    where account_id = $1
    union all
    select role_id, 0, 1, (expires_at is not null)::int, coalesce(expires_at <= $3, false)::int from (${inForce}) g
  ) held group by role_id`;

const endingSql = `
  select user_id, role_id, granted_at, expires_at, count(*) over ()::int as total from (${inForce}) g
  where expires_at <= $3 order by expires_at, user_id, role_id limit ${analyticsRows}`;

/** A use counts for every grant that would have allowed it: an unused grant is one that nobody would miss. */
const unusedSql = `
  with role_uses as (select * from unnest($3::text[], $4::text[]) as u (role_id, permission))
  select g.user_id, g.role_id, g.granted_at, g.expires_at, count(*) over ()::int as total from (${inForce}) g
  where not exists (
    select from permission_uses p join role_uses u using (permission)
    where p.account_id = $1 and p.user_id = g.user_id and u.role_id = g.role_id and p.last_used_at >= g.granted_at)
  order by g.granted_at, g.user_id, g.role_id limit ${analyticsRows}`;

function shownCount(set: RoleSet, role_id: string, counted: readonly Counted[]) {
  const none = { base_members: 0, granted_members: 0, temporary: 0, ending_soon: 0 };
  const found = counted.find((row) => row.role_id === role_id);
  return { ...none, ...found, role_id, name: roleName(set, role_id), built_in: isBuiltIn(role_id) };
}

const shownGrants = (set: RoleSet, rows: readonly GrantRow[]) => ({
  total: rows[0]?.total ?? 0,
  data: rows.map(({ user_id, role_id, granted_at, expires_at }) => ({
    ...{ user_id, role_id, name: roleName(set, role_id) },
    granted_at: granted_at.toISOString(),
    expires_at: expires_at?.toISOString() ?? null,
  })),
});
