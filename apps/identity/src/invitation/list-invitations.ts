import { listInvitationsRoute, pageMeta } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mount } from '@annals/service';
import { accountNotFound } from '../account/get-account.js';
import type { Identity } from '../identity.js';
import { invitationList } from '../views/invitations/invitations.js';

interface Row {
  invitation_id: string;
  email: string | null;
  role: string;
  shown_status: string;
  invited_by_id: string | null;
  created_at: Date;
  expires_at: Date;
  total: string;
}

const table = `${projectionSchema(invitationList)}.invitations`;

/** Whom the account has invited. An open invitation that is too old says so, whatever the table holds. */
export const listInvitations = ({ pool }: Identity) =>
  mount(listInvitationsRoute, async ({ context, params, query, now }) => {
    if (params.id !== context.account_id) throw accountNotFound();
    const { page, limit, sort_by, sort_order, status } = query;
    const { rows } = await tenantQuery<Row>(
      pool,
      { accountId: params.id, userId: context.user_id },
      `with found as (
         select *, case when status = 'open' and expires_at <= $2 then 'expired' else status end as shown_status
         from ${table} where account_id = $1
       ), wanted as (select * from found where $3::text is null or shown_status = $3),
       page as (
         select * from wanted order by ${sort_by} ${sort_order}, invitation_id ${sort_order} limit $4 offset $5
       )
       select page.*, total from page right join (select count(*) as total from wanted) t on true`,
      [params.id, now, status ?? null, limit, (page - 1) * limit],
    );
    const data = rows.filter((row) => row.invitation_id !== null).map(shown);
    return { status: 200, body: { data, meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) } };
  });

const shown = (row: Row) => ({
  id: row.invitation_id,
  email: row.email ?? '[erased]',
  role: row.role,
  status: row.shown_status,
  invited_by_id: row.invited_by_id,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
});
