import { identitySchemas, permissionAnalyticsRoute, permissions } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { rolePermissionColumns } from '../role/held-permissions.js';
import { roleSets } from '../role/role.js';
import { accountOf } from '../session/own-session.js';
import { denials } from '../views/denials/denials.js';
import { grantList } from '../views/grants/grants.js';
import { people } from '../views/people/people.js';

interface PermissionRow {
  permission: string;
  holders: number;
  users: number;
  uses: string;
  last_used_at: Date | null;
  denials: string;
}
interface DenialRow {
  method: string;
  route: string;
  code: string;
  required: string;
  times: string;
  people: number;
  last_at: Date;
  total: number;
}
interface IdleRow {
  user_id: string;
  unused: string[];
  total: number;
}

const { analyticsRows } = identitySchemas;
const members = `${projectionSchema(people)}.members`;
const grants = `${projectionSchema(grantList)}.grants`;
const denied = `${projectionSchema(denials)}.denials`;

/** Who holds and uses which permissions. Read from the views: it is advice, and may be a moment old. */
export const permissionAnalytics = ({ store, pool }: Identity) =>
  mount(permissionAnalyticsRoute, async ({ context, query, now }) => {
    const accountId = accountOf(context);
    const since = new Date(Date.parse(now) - query.days * 86_400_000).toISOString();
    const { state: set } = await store.load(roleSets, accountId);
    const columns = rolePermissionColumns(set);
    const ask = <R>(text: string, ...values: unknown[]) =>
      tenantQuery<R>(pool, { accountId, userId: context.user_id }, text, [accountId, since, ...values]);
    const [held, refused, idle] = await Promise.all([
      ask<PermissionRow>(permissionSql, now, columns.roles, columns.permissions, permissions),
      ask<DenialRow>(denialSql),
      ask<IdleRow>(idleSql, now, columns.roles, columns.permissions),
    ]);
    return {
      status: 200,
      body: {
        permissions: held.rows.map(shownPermission),
        denials: { total: refused.rows[0]?.total ?? 0, data: refused.rows.map(shownDenial) },
        over_privileged: {
          total: idle.rows[0]?.total ?? 0,
          data: idle.rows.map(({ user_id, unused }) => ({ user_id, unused })),
        },
      },
    };
  });

/** Every permission that a member has at $3, and since when they have it by some role. */
const heldSql = `
  select r.user_id, p.permission, min(r.since) as since
  from (
    select user_id, role as role_id, since from ${members} where account_id = $1
    union all
    select g.user_id, g.role_id, coalesce(g.valid_from, g.granted_at)
    from ${grants} g join ${members} m using (account_id, user_id)
    where account_id = $1 and (g.valid_from is null or g.valid_from <= $3) and (g.expires_at is null or g.expires_at > $3)
  ) r join unnest($4::text[], $5::text[]) as p (role_id, permission) using (role_id)
  group by r.user_id, p.permission`;

const permissionSql = `
  with held as (${heldSql})
  select w.permission,
    (select count(*) from held h where h.permission = w.permission)::int as holders,
    (select count(*) from permission_uses u
      where u.account_id = $1 and u.permission = w.permission and u.last_used_at >= $2)::int as users,
    coalesce((select sum(u.uses) from permission_uses u where u.account_id = $1 and u.permission = w.permission), 0) as uses,
    (select max(u.last_used_at) from permission_uses u where u.account_id = $1 and u.permission = w.permission) as last_used_at,
    coalesce((select sum(d.times) from ${denied} d
      where d.account_id = $1 and d.required = w.permission and d.last_at >= $2), 0) as denials
  from unnest($6::text[]) with ordinality as w (permission, place) order by w.place`;

const denialSql = `
  select method, route, code, required, sum(times) as times, count(distinct caller)::int as people,
         max(last_at) as last_at, count(*) over ()::int as total
  from ${denied} where account_id = $1 and last_at >= $2
  group by method, route, code, required order by sum(times) desc, route, method, code, required limit ${analyticsRows}`;

/**
 * Whoever got a permission within these days may not have needed it yet. A guard may also ask for a role, so whoever
 * passed any guard is not idle.
 */
const idleSql = `
  with held as (${heldSql})
  select h.user_id, array_agg(h.permission order by h.permission) as unused, count(*) over ()::int as total
  from held h
  where h.since < $2 and not exists (
    select from permission_uses u where u.account_id = $1 and u.user_id = h.user_id and u.last_used_at >= $2)
  group by h.user_id order by count(*) desc, h.user_id limit ${analyticsRows}`;

const shownPermission = ({ uses, denials: times, last_used_at, ...row }: PermissionRow) => ({
  ...row,
  uses: Number(uses),
  denials: Number(times),
  last_used_at: last_used_at?.toISOString() ?? null,
});

const shownDenial = ({ total: _, times, required, last_at, ...row }: DenialRow) => ({
  ...row,
  required: required === '' ? null : required,
  times: Number(times),
  last_at: last_at.toISOString(),
});
