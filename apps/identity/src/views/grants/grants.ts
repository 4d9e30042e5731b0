import type { StoredEvent } from '@annals/event-store';
import { tenantTable, type Projection, type Tx } from '@annals/postgres';

/** Who was given which role beside that of the membership, and which of these grants end by themselves, when. */
export const grantList: Projection = {
  name: 'grants',
  version: 1,
  categories: ['grant', 'erased'],
  tables: (schema) => `
    create table ${schema}.grants (
      account_id uuid not null,
      user_id uuid not null,
      role_id text not null,
      granted_at timestamptz not null,
      valid_from timestamptz,
      expires_at timestamptz,
      primary key (account_id, user_id, role_id)
    );
    create index on ${schema}.grants (account_id, role_id);
    ${tenantTable(`${schema}.grants`)}
    create table ${schema}.due (
      membership_id text not null,
      role_id text not null,
      expires_at timestamptz not null,
      event_id uuid not null,
      primary key (membership_id, role_id)
    );
    comment on table ${schema}.due is 'work that is due at a time, whatever the account; read by no request';
    create index on ${schema}.due (expires_at, membership_id, role_id);
  `,
  on: { RoleGranted: granted, RoleGrantEnded: ended, SubjectErased: forgotten },
};

async function granted(tx: Tx, event: StoredEvent): Promise<void> {
  const { account_id, user_id, role_id, granted_at, valid_from, expires_at } = event.data;
  await tx.query(
    `insert into grants (account_id, user_id, role_id, granted_at, valid_from, expires_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [account_id, user_id, role_id, granted_at, valid_from, expires_at],
  );
  if (expires_at === null) return;
  await tx.query(
    'insert into due (membership_id, role_id, expires_at, event_id) values ($1, $2, $3, $4) on conflict do nothing',
    [membershipOf(event), role_id, expires_at, event.id],
  );
}

async function ended(tx: Tx, event: StoredEvent): Promise<void> {
  const { account_id, user_id, role_id } = event.data;
  await tx.query('delete from grants where account_id = $1 and user_id = $2 and role_id = $3', [
    ...[account_id, user_id, role_id],
  ]);
  await tx.query('delete from due where membership_id = $1 and role_id = $2', [membershipOf(event), role_id]);
}

async function forgotten(tx: Tx, event: StoredEvent): Promise<void> {
  const { account_id, user_id } = event.data;
  if (account_id === null) return;
  await tx.query('delete from grants where account_id = $1 and user_id = $2', [account_id, user_id]);
  await tx.query('delete from due where membership_id = $1', [membershipOf(event)]);
}

const membershipOf = ({ data }: StoredEvent) => `${String(data.account_id)}_${String(data.user_id)}`;
