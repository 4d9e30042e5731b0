import { withTransaction, type Pool, type Rows, type Tx } from '@annals/postgres';

const setting = (name: string) => `(select nullif(current_setting('${name}', true), '')::uuid)`;
const me = `user_id = ${setting('app.user_id')} and ${setting('app.account_id')} is null`;

/**
 * SQL that closes a table of rows about people to everybody but the person of the running transaction, which must be in
 * no account: what a person has across accounts is nobody's business inside one.
 * @param shownInAccount rows that may also be read inside an account, as an SQL condition
 */
export function personTable(table: string, shownInAccount?: string): string {
  const shown = shownInAccount && `create policy account_visibility on ${table} for select using (${shownInAccount});`;
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    ${personPolicy(table)}
    ${shown ?? ''}
  `;
}

/** SQL that lets the person of the running transaction, if in no account, see and change their rows, also in tables of accounts. */
export const personPolicy = (table: string): string =>
  `create policy person_isolation on ${table} using (${me}) with check (${me});`;

/** The account of the running transaction, as an SQL expression. */
export const currentAccount = setting('app.account_id');

/** Makes a person the one whose rows the transaction, if in no account, may see and change. */
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
