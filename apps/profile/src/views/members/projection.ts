import type { StoredEvent } from '@annals/event-store';
import { projectionSchema, type Pool, type Projection, tenantQuery, tenantTable, type Tx } from '@annals/postgres';
import type { Owner } from '../../owner.js';

/**
 * Who belongs to which account, and whether account and person are what they were: whose profile may be asked for at all.
 * What happens to a person happens in all their accounts; the ids of those who are out are no secret of any of them.
 */
export const members: Projection = {
  name: 'members',
  version: 2,
  categories: ['membership', 'account', 'user', 'erased'],
  open: false,
  accountOf: ({ stream, data }) => (stream.startsWith('user-') ? null : (data.account_id as string | null)),
  tables: (schema) => `
    create table ${schema}.members (
      account_id uuid not null,
      user_id uuid not null,
      primary key (account_id, user_id)
    );
    ${tenantTable(`${schema}.members`)}
    create table ${schema}.closed_accounts (account_id uuid primary key);
    ${tenantTable(`${schema}.closed_accounts`)}
    create table ${schema}.people_out (
      user_id uuid primary key,
      standing text not null check (standing in ('disabled', 'deleted'))
    );
  `,
  on: {
    MembershipGranted: join,
    MembershipEnded: leave,
    AccountClosed: close,
    AccountRestored: reopen,
    UserDisabled: stand,
    UserEnabled: stand,
    UserDeleted: stand,
    UserRestored: stand,
    // Whoever is erased everywhere is out at once, and their id stays so: it is all that is left to refuse them by.
    SubjectErased: (tx, event) =>
      event.data.account_id === null ? out(tx, event.data.user_id, 'deleted') : leave(tx, event),
  },
};

async function join(tx: Tx, { data }: StoredEvent): Promise<void> {
  await tx.query('insert into members (account_id, user_id) values ($1, $2) on conflict do nothing', [
    data.account_id,
    data.user_id,
  ]);
}

async function leave(tx: Tx, { data }: StoredEvent): Promise<void> {
  await tx.query('delete from members where account_id = $1 and user_id = $2', [data.account_id, data.user_id]);
}

async function close(tx: Tx, { data }: StoredEvent): Promise<void> {
  await tx.query('insert into closed_accounts (account_id) values ($1) on conflict do nothing', [data.account_id]);
}

async function reopen(tx: Tx, { data }: StoredEvent): Promise<void> {
  await tx.query('delete from closed_accounts where account_id = $1', [data.account_id]);
}

async function stand(tx: Tx, { data: { user_id, status } }: StoredEvent): Promise<void> {
  if (status !== 'disabled' && status !== 'deleted') {
    await tx.query('delete from people_out where user_id = $1', [user_id]);
    return;
  }
  await out(tx, user_id, status);
}

async function out(tx: Tx, userId: unknown, standing: 'disabled' | 'deleted'): Promise<void> {
  await tx.query(
    `insert into people_out (user_id, standing) values ($1, $2)
     on conflict (user_id) do update set standing = excluded.standing`,
    [userId, standing],
  );
}

const schema = projectionSchema(members);
const standingQuery = `
  select coalesce((select standing from ${schema}.people_out o where o.user_id = m.user_id), 'active') as standing
  from ${schema}.members m
  where m.account_id = $1 and m.user_id = $2
    and not exists (select from ${schema}.closed_accounts c where c.account_id = $1)`;

/**
 * What a person is in an account that is open: a member, one who may not act for now, or null for no member. Somebody who
 * was deleted is none any more.
 */
export async function standingOf(pool: Pool, { account_id, user_id }: Owner): Promise<'active' | 'disabled' | null> {
  const { rows } = await tenantQuery<{ standing: 'active' | 'disabled' | 'deleted' }>(
    pool,
    { accountId: account_id, userId: user_id },
    standingQuery,
    [account_id, user_id],
  );
  const standing = rows[0]?.standing ?? null;
  return standing === 'deleted' ? null : standing;
}

/** Whether the person is a member of the account. */
export const isMember = async (pool: Pool, person: Owner): Promise<boolean> =>
  (await standingOf(pool, person)) !== null;
