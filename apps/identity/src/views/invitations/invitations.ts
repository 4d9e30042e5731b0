import { isErased, type StoredEvent } from '@annals/event-store';
import { invitationStream } from '../../invitation/invitation.js';
import { tenantTable, type Projection, type Tx } from '@annals/postgres';

/**
 * Whom each account has invited: the latest invitation of each address; and where an address was invited to, by which the
 * invitations of somebody who is erased are found.
 */
export const invitationList: Projection = {
  name: 'invitations',
  version: 2,
  categories: ['invitation', 'email', 'erased'],
  tables: (schema) => `
    create table ${schema}.invitations (
      account_id uuid not null,
      invitation_id uuid not null,
      invitee_id uuid not null,
      email text,
      role text not null,
      status text not null,
      invited_by_id uuid,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (account_id, invitation_id)
    );
    comment on column ${schema}.invitations.email is 'null while what it says is gone and the person is not yet';
    comment on column ${schema}.invitations.invitee_id is 'who has the address, or would have had by this invitation';
    comment on column ${schema}.invitations.status is 'open, accepted or revoked; an open one is over at expires_at';
    create index on ${schema}.invitations (account_id, created_at, invitation_id);
    create index on ${schema}.invitations (account_id, expires_at, invitation_id);
    create index on ${schema}.invitations (account_id, invitee_id);
    ${tenantTable(`${schema}.invitations`)}
    create table ${schema}.offers (
      email_hash text not null,
      invitation text not null,
      primary key (email_hash, invitation)
    );
    comment on table ${schema}.offers is 'where an address was invited to, whatever the account; read by no request';
  `,
  on: {
    async InvitationCreated(tx, { data }) {
      await tx.query(
        `insert into invitations (account_id, invitation_id, email, role, status, invited_by_id, created_at, expires_at,
           invitee_id)
         values ($1, $2, $3, $4, 'open', $5, $6, $7, $8)
         on conflict (account_id, invitation_id) do update set email = excluded.email, role = excluded.role,
           status = excluded.status, invited_by_id = excluded.invited_by_id, created_at = excluded.created_at,
           expires_at = excluded.expires_at, invitee_id = excluded.invitee_id`,
        [
          ...[data.account_id, data.invitation_id, isErased(data.email) ? null : data.email, data.role],
          ...[data.invited_by_id, data.created_at, data.expires_at, data.invitee_id],
        ],
      );
      await tx.query('insert into offers (email_hash, invitation) values ($1, $2) on conflict do nothing', [
        data.email_hash,
        invitationStream(String(data.account_id), String(data.invitation_id)),
      ]);
    },
    InvitationRevoked: (tx, event) => become(tx, event, 'revoked'),
    InvitationAccepted: (tx, event) => become(tx, event, 'accepted'),
    async SubjectErased(tx, { data: { account_id, user_id } }) {
      if (account_id === null) return;
      await tx.query('delete from invitations where account_id = $1 and invitee_id = $2', [account_id, user_id]);
    },
    /** The last that is heard of an address whose person was erased: by now nothing has to be found by it. */
    async EmailReleased(tx, { data: { email_hash, reason } }) {
      if (reason === 'erased') await tx.query('delete from offers where email_hash = $1', [email_hash]);
    },
  },
};

async function become(tx: Tx, { data }: StoredEvent, status: string): Promise<void> {
  await tx.query('update invitations set status = $3 where account_id = $1 and invitation_id = $2', [
    ...[data.account_id, data.invitation_id],
    status,
  ]);
}
