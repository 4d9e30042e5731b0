import { TakeoutPageAsk } from '@annals/contracts';
import { projectionSchema, tenantQuery } from '@annals/postgres';
import { mountInside } from '@annals/service';
import type { Identity } from '../identity.js';
import { invitationList } from '../views/invitations/invitations.js';
import { pageOf, principals, takenAccount } from './asked-takeout.js';

interface Row {
  invitation_id: string;
  email: string;
  role: string;
  invited_by_id: string | null;
  created_at: Date;
  expires_at: Date;
}

const table = `${projectionSchema(invitationList)}.invitations`;

/**
 * Open invitations of an account that is taken out. Whoever accepted is a member; whoever did not, or was uninvited, is
 * nobody whose address the account has a reason to carry elsewhere.
 */
export const takeoutInvitations = (identity: Identity) =>
  mountInside(
    { method: 'GET', path: '/internal/takeout/invitations', principals, query: TakeoutPageAsk },
    async ({ context, query: { after, limit }, now }) => {
      const scope = await takenAccount(identity, context, now);
      const { rows } = await tenantQuery<Row>(
        identity.pool,
        scope,
        `select invitation_id, email, role, invited_by_id, created_at, expires_at from ${table}
         where account_id = $1 and ($2::uuid is null or invitation_id > $2)
           and status = 'open' and expires_at > $4 and email is not null
         order by invitation_id limit $3`,
        [scope.accountId, after ?? null, limit + 1, now],
      );
      const { page, next } = pageOf(rows, limit, ({ invitation_id }) => invitation_id);
      const data = page.map((row) => ({
        ...row,
        created_at: row.created_at.toISOString(),
        expires_at: row.expires_at.toISOString(),
      }));
      return { status: 200, body: { data, next } };
    },
  );
