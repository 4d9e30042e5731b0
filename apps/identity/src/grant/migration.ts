import { tenantTable, type Migration } from '@annals/postgres';

/** Whom to ask whether they have a role: written before the fact, so it may name somebody too many and nobody too few. */
export const grantTables: Migration = {
  id: '0060-role-holders',
  sql: `
    create table role_holders (
      account_id uuid not null,
      role_id text not null,
      user_id uuid not null,
      primary key (account_id, role_id, user_id)
    );
    comment on table role_holders is 'where to look for grants of a role; what the grants say is the truth';
    ${tenantTable('role_holders')}
  `,
};
