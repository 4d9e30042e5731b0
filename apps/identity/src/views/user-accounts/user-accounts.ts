import type { StoredEvent } from '@annals/event-store';
import { projectionSchema, type Pool, type Projection, type Tx } from '@annals/postgres';
import { actFor, personQuery, personTable } from '../person-table.js';

/**
 * In which accounts a person might be: where to look. Whether they are is asked of the membership itself, each time.
 */
export const userAccounts: Projection = {
  name: 'user_accounts',
  version: 1,
  categories: ['membership', 'erased'],
  accountOf: () => null,
  tables: (schema) => `
    create table ${schema}.user_accounts (
      user_id uuid not null,
      account_id uuid not null,
      since timestamptz not null,
      primary key (user_id, account_id)
    );
    ${personTable(`${schema}.user_accounts`)}
  `,
  on: {
    async MembershipGranted(tx, event) {
      await about(tx, event);
      await tx.query(
        'insert into user_accounts (user_id, account_id, since) values ($1, $2, $3) on conflict do nothing',
        [event.data.user_id, event.data.account_id, event.metadata.occurred_at],
      );
    },
    MembershipEnded: left,
    // A person who is erased everywhere still has to be let go by each account: until then this says which those are.
    SubjectErased: (tx, event) => (event.data.account_id === null ? Promise.resolve() : left(tx, event)),
  },
};

async function left(tx: Tx, event: StoredEvent): Promise<void> {
  await about(tx, event);
  await tx.query('delete from user_accounts where user_id = $1 and account_id = $2', [
    event.data.user_id,
    event.data.account_id,
  ]);
}

const about = (tx: Tx, event: StoredEvent) => actFor(tx, String(event.data.user_id));

/** Oldest first. */
export async function accountsToAsk(pool: Pool, userId: string): Promise<string[]> {
  const { rows } = await personQuery<{ account_id: string }>(
    pool,
    userId,
    `select account_id from ${projectionSchema(userAccounts)}.user_accounts where user_id = $1 order by since, account_id`,
    [userId],
  );
  return rows.map((row) => row.account_id);
}
