import type { StoredEvent } from '@annals/event-store';
import { projectionSchema, type Pool, type Projection, tenantQuery, tenantTable, type Tx } from '@annals/postgres';
import type { Owner } from '../../owner.js';

/** Who belongs to which account: whose profile may be asked for at all. */
export const members: Projection = {
  name: 'members',
  version: 1,
  categories: ['membership'],
  tables: (schema) => `
    create table ${schema}.members (
      account_id uuid not null,
      user_id uuid not null,
      primary key (account_id, user_id)
    );
    ${tenantTable(`${schema}.members`)}
  `,
  on: { MembershipGranted: join, MembershipEnded: leave },
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

const memberQuery = `select from ${projectionSchema(members)}.members where account_id = $1 and user_id = $2`;

/** Whether the person is a member of the account. */
export async function isMember(pool: Pool, { account_id, user_id }: Owner): Promise<boolean> {
  const { rows } = await tenantQuery(pool, { accountId: account_id, userId: user_id }, memberQuery, [
    account_id,
    user_id,
  ]);
  return rows.length > 0;
}
