import { listMembersRoute, pageMeta } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mount } from '@annals/service';
import { accountNotFound } from '../account/get-account.js';
import type { Identity } from '../identity.js';
import { people } from '../views/people/people.js';
import { membershipId } from './membership.js';

interface Row {
  user_id: string;
  email: string | null;
  name: string | null;
  status: string;
  role: string;
  since: Date;
  total: string;
}

const columns = { name: 'name_key', since: 'since' } as const;
/** A deleted person keeps the membership, to come back to, and is shown to nobody meanwhile. */
const shown = `account_id = $1 and status in ('pending', 'active', 'disabled') and ($2::text is null or role = $2)`;
const schema = projectionSchema(people);

/** Members of the account the request is for; the role was checked in that account and holds in no other. */
export const listMembers = ({ pool }: Identity) =>
  mount(listMembersRoute, async ({ context, params, query }) => {
    const { page, limit, sort_by, sort_order, role } = query;
    if (params.id !== context.account_id) throw accountNotFound();
    const { rows } = await tenantQuery<Row>(
      pool,
      { accountId: params.id, userId: context.user_id },
      `with page as (
         select user_id, email, name, status, role, since from ${schema}.members where ${shown}
         order by ${columns[sort_by]} ${sort_order}, user_id ${sort_order} limit $3 offset $4
       )
       select page.*, total from page
       right join (select count(*) as total from ${schema}.members where ${shown}) t on true`,
      [params.id, role ?? null, limit, (page - 1) * limit],
    );
    const data = rows.filter((row) => row.user_id !== null).map((row) => memberOf(params.id, row));
    return { status: 200, body: { data, meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) } };
  });

const memberOf = (accountId: string, row: Row) => ({
  user_id: row.user_id,
  membership_id: membershipId(accountId, row.user_id),
  email: row.email ?? '[erased]',
  name: row.name ?? '[erased]',
  status: row.status,
  role: row.role,
  since: row.since.toISOString(),
});
