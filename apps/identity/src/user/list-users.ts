import { listUsersRoute, pageMeta } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { people } from '../views/people/people.js';
import { accountOf } from './get-user.js';

interface Row {
  user_id: string;
  email: string | null;
  name: string | null;
  status: string;
  total: string;
}

const columns = { name: 'p.name', email: 'p.email', created_at: 'p.created_at' } as const;
const schema = projectionSchema(people);

/** People of the account, whose name or address begins with `q`. */
export const listUsers = ({ pool }: Identity) =>
  mount(listUsersRoute, async ({ context, query }) => {
    const { page, limit, sort_by, sort_order, q, status, role } = query;
    const accountId = accountOf(context);
    const { rows } = await tenantQuery<Row>(
      pool,
      { accountId, userId: context.user_id },
      `with found as (
         select p.user_id, p.email, p.name, p.status, p.created_at
         from ${schema}.members m join ${schema}.people p using (user_id)
         where m.account_id = $1
           and ($2::text is null or starts_with(lower(p.name), lower($2)) or starts_with(p.email, lower($2)))
           and ($3::text is null or p.status = $3) and ($4::text is null or m.role = $4)
       ), page as (
         select * from found p order by ${columns[sort_by]} ${sort_order}, p.user_id ${sort_order} limit $5 offset $6
       )
       select page.*, total from page right join (select count(*) as total from found) t on true`,
      [accountId, q ?? null, status ?? null, role ?? null, limit, (page - 1) * limit],
    );
    const data = rows
      .filter((row) => row.user_id !== null)
      .map(({ user_id, email, name, status }) => ({
        id: user_id,
        email: email ?? '[erased]',
        name: name ?? '[erased]',
        status,
      }));
    return { status: 200, body: { data, meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) } };
  });
