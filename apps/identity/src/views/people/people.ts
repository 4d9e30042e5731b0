import { isErased, type StoredEvent } from '@annals/event-store';
import { tenantTable, type Projection, type Tx } from '@annals/postgres';
import { actFor, currentAccount, personTable } from '../person-table.js';

/** Who there is, and who belongs to which account: what administrators look at. */
export const people: Projection = {
  name: 'people',
  version: 2,
  categories: ['user', 'membership'],
  // Members are an account's, people are nobody's but their own.
  accountOf: ({ stream, metadata }) => (stream.startsWith('membership-') ? metadata.account_id : null),
  tables: (schema) => `
    create table ${schema}.members (
      account_id uuid not null,
      user_id uuid not null,
      role text not null,
      since timestamptz not null,
      primary key (account_id, user_id)
    );
    ${tenantTable(`${schema}.members`)}
    create table ${schema}.people (
      user_id uuid primary key,
      email text,
      name text,
      status text not null,
      is_super_admin boolean not null default false,
      created_at timestamptz not null,
      created_by_id uuid,
      updated_at timestamptz not null,
      updated_by_id uuid,
      revision bigint not null
    );
    comment on column ${schema}.people.email is 'null once the person was erased';
    ${personTable(
      `${schema}.people`,
      `exists (select from ${schema}.members m where m.user_id = people.user_id and m.account_id = ${currentAccount})`,
    )}
  `,
  on: {
    UserRegistered: registered,
    EmailVerified: setStatus,
    UserDisabled: setStatus,
    UserEnabled: setStatus,
    SuperAdminGranted: (tx, event) => change(tx, event, 'is_super_admin = true'),
    EmailVerificationRequested: (tx, event) => change(tx, event),
    EmailChangeRequested: (tx, event) => change(tx, event),
    EmailChanged: moved,
    MembershipGranted: admitted,
    MembershipRoleChanged: admitted,
    MembershipEnded: left,
  },
};

async function registered(tx: Tx, event: StoredEvent): Promise<void> {
  const { user_id, email, name, status } = event.data;
  await actFor(tx, String(user_id));
  await tx.query(
    `insert into people (user_id, email, name, status, created_at, created_by_id, updated_at, updated_by_id, revision)
     values ($1, $2, $3, $4, $5, $6, $5, $6, $7) on conflict do nothing`,
    [
      user_id,
      readable(email),
      readable(name),
      status,
      event.metadata.occurred_at,
      authorOf(event),
      String(event.revision),
    ],
  );
}

async function setStatus(tx: Tx, event: StoredEvent): Promise<void> {
  // A disabled person who proves an address stays disabled.
  const guard = event.type === 'EmailVerified' ? `case when status = 'disabled' then status else $5 end` : '$5';
  await change(tx, event, `status = ${guard}`, event.data.status);
}

/** Only who may sign in can move to another address. */
async function moved(tx: Tx, event: StoredEvent): Promise<void> {
  await change(tx, event, 'email = $5, status = $6', readable(event.data.email), event.data.status);
}

async function change(tx: Tx, event: StoredEvent, set = '', ...values: unknown[]): Promise<void> {
  const user_id = String(event.data.user_id);
  await actFor(tx, user_id);
  await tx.query(
    `update people set updated_at = $2, updated_by_id = $3, revision = $4 ${set && `, ${set}`} where user_id = $1`,
    [user_id, event.metadata.occurred_at, authorOf(event), String(event.revision), ...values],
  );
}

async function admitted(tx: Tx, event: StoredEvent): Promise<void> {
  const { account_id, user_id, role } = event.data;
  await tx.query(
    `insert into members (account_id, user_id, role, since) values ($1, $2, $3, $4)
     on conflict (account_id, user_id) do update set role = excluded.role`,
    [account_id, user_id, role, event.metadata.occurred_at],
  );
}

async function left(tx: Tx, event: StoredEvent): Promise<void> {
  const { account_id, user_id } = event.data;
  await tx.query(`delete from members where account_id = $1 and user_id = $2`, [account_id, user_id]);
}

const readable = (value: unknown) => (isErased(value) ? null : value);
const authorOf = (event: StoredEvent) => event.metadata.actor.user_id;
