import { tenantTable, type Migration } from '@annals/postgres';

/** Which permissions people really use, as gateways count it; and which of their batches are in. */
export const permissionUseTables: Migration = {
  id: '0082-permission-uses',
  sql: `
    create table permission_uses (
      account_id uuid not null,
      user_id uuid not null,
      permission text not null,
      last_used_at timestamptz not null,
      uses bigint not null,
      primary key (account_id, user_id, permission)
    );
    comment on column permission_uses.permission is 'a permission, or a built-in role where the guard asks for one';
    ${tenantTable('permission_uses')}

    create table permission_use_batches (
      id uuid primary key,
      at timestamptz not null
    );
    create index on permission_use_batches (at);
  `,
};
