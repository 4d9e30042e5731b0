import type { Pool } from './pool.js';
import type { Rows, Tx } from './sql.js';
import { transaction } from './transaction.js';

/** Whose rows a transaction sees: row-level security compares `account_id` with this. */
export interface TenantScope {
  accountId: string;
  userId?: string | null;
}

/**
 * Runs `work` in a transaction that sees the rows of one account only.
 * @throws Error when the account id is not a UUID: without a tenant nothing is asked at all.
 */
export function withTenant<T>(pool: Pool, scope: TenantScope, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transaction(pool, `begin; ${scopeStatement(scope)}`, work);
}

/** Reads rows of one account: a read-only transaction in a single round trip. */
export function tenantQuery<R>(
  pool: Pool,
  scope: TenantScope,
  text: string,
  values: readonly unknown[],
): Promise<Rows<R>> {
  const opening = `begin read only; ${scopeStatement(scope)}`;
  return pool.withConnection(async (connection) => {
    // Sent together and answered in order. If the opening fails, so does the read: it finds no tenant or no transaction.
    const [opened, rows, closed] = await Promise.allSettled([
      connection.query(opening),
      connection.query<R>(text, values),
      connection.query('commit'),
    ]);
    for (const answer of [opened, rows, closed]) if (answer.status === 'rejected') throw answer.reason;
    return (rows as PromiseFulfilledResult<Rows<R>>).value;
  });
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `set_config(…, true)` ends with the transaction, so a pooled connection never carries a tenant to its next user. */
function scopeStatement({ accountId, userId }: TenantScope): string {
  if (!uuid.test(accountId)) throw new Error('A tenant transaction needs the UUID of an account.');
  if (userId != null && !uuid.test(userId)) throw new Error('A tenant transaction takes the UUID of a user.');
  return `select set_config('app.account_id', '${accountId}', true), set_config('app.user_id', '${userId ?? ''}', true)`;
}

/** Moves an open transaction to another account, or to none (null), which sees no tenant rows at all. */
export async function setTenant(tx: Tx, accountId: string | null): Promise<void> {
  await tx.query("select set_config('app.account_id', $1, true)", [accountId ?? '']);
}

/**
 * SQL that closes a table to everybody but the account of the running transaction, its owner included.
 * `nullif`: after a transaction the setting is '' and not null, and '' is no uuid. `(select …)`: evaluated once, not per row.
 */
export function tenantTable(table: string): string {
  const mine = `account_id = (select nullif(current_setting('app.account_id', true), '')::uuid)`;
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy account_isolation on ${table} using (${mine}) with check (${mine});
  `;
}
