import { listRoleMembersRoute, pageMeta } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { accountOf } from '../session/own-session.js';
import { grantList } from '../views/grants/grants.js';
import { people } from '../views/people/people.js';
import { isBuiltIn } from './role-rules.js';
import { roleNotFound } from './role-to-change.js';
import { roleSets } from './role.js';

interface Row {
  user_id: string;
  name: string | null;
  email: string | null;
  source: 'membership' | 'grant';
  since: Date;
  valid_from: Date | null;
  expires_at: Date | null;
  total: string;
}

const columns = { name: 'p.name', since: 'h.since' } as const;
const members = projectionSchema(people);
const grants = projectionSchema(grantList);

/** Who has a role, by membership or by a grant that is not over. Whoever has it both ways is listed with both. */
export const listRoleMembers = ({ store, pool }: Identity) =>
  mount(listRoleMembersRoute, async ({ context, params, query, now }) => {
    const accountId = accountOf(context);
    const { role_id } = params;
    const { page, limit, sort_by, sort_order } = query;
    if (!isBuiltIn(role_id) && !(await store.load(roleSets, accountId)).state.roles.has(role_id)) throw roleNotFound();
    const { rows } = await tenantQuery<Row>(
      pool,
      { accountId, userId: context.user_id },
      `with holders as (
         select user_id, 'membership' as source, since, null::timestamptz as valid_from, null::timestamptz as expires_at
         from ${members}.members where account_id = $1 and role = $2
         union all
         select g.user_id, 'grant', g.granted_at, g.valid_from, g.expires_at
         from ${grants}.grants g join ${members}.members m using (account_id, user_id)
         where account_id = $1 and g.role_id = $2 and (g.expires_at is null or g.expires_at > $3)
       ), page as (
         select h.*, p.name, p.email from holders h join ${members}.people p using (user_id)
         order by ${columns[sort_by]} ${sort_order}, h.user_id, h.source limit $4 offset $5
       )
       select page.*, total from page right join (select count(*) as total from holders) t on true`,
      [accountId, role_id, now, limit, (page - 1) * limit],
    );
    const data = rows.filter((row) => row.user_id !== null).map(shown);
    return { status: 200, body: { data, meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) } };
  });

const shown = ({ user_id, name, email, source, since, valid_from, expires_at }: Row) => ({
  ...{ user_id, source, name: name ?? '[erased]', email: email ?? '[erased]' },
  since: since.toISOString(),
  valid_from: valid_from?.toISOString() ?? null,
  expires_at: expires_at?.toISOString() ?? null,
});
