import { withTransaction, type Pool, type Rows, type Tx } from '@annals/postgres';

const me = `user_id = (select nullif(current_setting('app.user_id', true), '')::uuid)`;

/**
 * SQL that closes a table of rows about people to everybody but the person of the running transaction.
 * @param alsoVisible further rows that may be read, as an SQL condition
 */
export function personTable(table: string, alsoVisible = 'false'): string {
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy person_isolation on ${table} using (${me}) with check (${me});
    create policy person_visibility on ${table} for select using (${alsoVisible});
  `;
}

/** Makes the person of an event the one whose rows the transaction may see and change. */
export async function actFor(tx: Tx, userId: string): Promise<void> {
  await tx.query("select set_config('app.user_id', $1, true)", [userId]);
}

/** Reads a person's own rows, whatever the account. */
export function personQuery<R>(pool: Pool, userId: string, text: string, values: readonly unknown[]): Promise<Rows<R>> {
  return withTransaction(pool, async (tx) => {
    // Sent together and answered in order: one round trip instead of two.
    const [, rows] = await Promise.all([actFor(tx, userId), tx.query<R>(text, values)]);
    return rows;
  });
}
