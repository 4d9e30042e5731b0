import type { Pool, Projection } from '@annals/postgres';

const schema = 'memberships_v1';

/**
 * Who belongs, or ever belonged, to which account. The rows are no tenant's: an erasure of a person has to find every
 * account that knows them, and only it reads them.
 */
export const membershipsProjection: Projection = {
  name: 'memberships',
  version: 1,
  categories: ['membership', 'erased'],
  tables: (name) => `
    create table ${name}.membership (
      account uuid not null,
      member uuid not null,
      running boolean not null,
      primary key (member, account)
    );
    create index on ${name}.membership (account) where running;
  `,
  accountOf: () => null,
  on: {
    MembershipGranted: async (tx, { data }) => {
      await tx.query(
        `insert into ${schema}.membership (account, member, running) values ($1, $2, true)
         on conflict (member, account) do update set running = true`,
        [data.account_id, data.user_id],
      );
    },
    MembershipEnded: async (tx, { data }) => {
      await tx.query(`update ${schema}.membership set running = false where account = $1 and member = $2`, [
        data.account_id,
        data.user_id,
      ]);
    },
    /** One is written for each account, and one for none. */
    SubjectErased: async (tx, { data }) => {
      if (data.account_id === null) return;
      await tx.query(`delete from ${schema}.membership where account = $1 and member = $2`, [
        data.account_id,
        data.user_id,
      ]);
    },
  },
};

export interface KnownMembership {
  account: string;
  running: boolean;
}

/** Every account that a person belongs or belonged to, in order. */
export async function membershipsOf(pool: Pool, userId: string): Promise<KnownMembership[]> {
  const { rows } = await pool.query<KnownMembership>(
    `select account, running from ${schema}.membership where member = $1 order by account`,
    [userId],
  );
  return rows;
}

/** Whether an account has members besides somebody. */
export async function hasOthers(pool: Pool, accountId: string, userId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from ${schema}.membership where account = $1 and running and member <> $2 limit 1`,
    [accountId, userId],
  );
  return rowCount > 0;
}
