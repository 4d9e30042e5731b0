import { isErased, type StoredEvent } from '@annals/event-store';
import { tenantTable, type Projection, type Tx } from '@annals/postgres';

/** Whom each account has invited: the latest invitation of each address. */
export const invitationList: Projection = {
  name: 'invitations',
  version: 1,
  categories: ['invitation'],
  tables: (schema) => `
    create table ${schema}.invitations (
      account_id uuid not null,
      invitation_id uuid not null,
      email text,
      role text not null,
      status text not null,
      invited_by_id uuid,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (account_id, invitation_id)
    );
    comment on column ${schema}.invitations.email is 'null once the person was erased';
    comment on column ${schema}.invitations.status is 'open, accepted or revoked; an open one is over at expires_at';
    create index on ${schema}.invitations (account_id, created_at, invitation_id);
    create index on ${schema}.invitations (account_id, expires_at, invitation_id);
    ${tenantTable(`${schema}.invitations`)}
  `,
  on: {
    async InvitationCreated(tx, { data }) {
      await tx.query(
        `insert into invitations (account_id, invitation_id, email, role, status, invited_by_id, created_at, expires_at)
         values ($1, $2, $3, $4, 'open', $5, $6, $7)
         on conflict (account_id, invitation_id) do update set email = excluded.email, role = excluded.role,
           status = excluded.status, invited_by_id = excluded.invited_by_id, created_at = excluded.created_at,
           expires_at = excluded.expires_at`,
        [
          ...[data.account_id, data.invitation_id, isErased(data.email) ? null : data.email, data.role],
          ...[data.invited_by_id, data.created_at, data.expires_at],
        ],
      );
    },
    InvitationRevoked: (tx, event) => become(tx, event, 'revoked'),
    InvitationAccepted: (tx, event) => become(tx, event, 'accepted'),
  },
};

async function become(tx: Tx, { data }: StoredEvent, status: string): Promise<void> {
  await tx.query('update invitations set status = $3 where account_id = $1 and invitation_id = $2', [
    ...[data.account_id, data.invitation_id],
    status,
  ]);
}
