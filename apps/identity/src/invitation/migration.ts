import { tenantTable, type Migration } from '@annals/postgres';

/** Places for open invitations, so that an account cannot send mail without end. */
export const invitationTables: Migration = {
  id: '0050-invitation-slots',
  sql: `
    create table invitation_slots (
      account_id uuid not null,
      invitation_id uuid not null,
      expires_at timestamptz not null,
      primary key (account_id, invitation_id)
    );
    ${tenantTable('invitation_slots')}
  `,
};
