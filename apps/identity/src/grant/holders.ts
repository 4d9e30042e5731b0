import { withTenant, tenantQuery, type Pool } from '@annals/postgres';

/** Remembers that somebody has, or is about to have, a role. */
export async function noteHolder(
  pool: Pool,
  { account_id, user_id, role_id }: { account_id: string; user_id: string; role_id: string },
): Promise<void> {
  await withTenant(pool, { accountId: account_id }, (tx) =>
    tx.query('insert into role_holders (account_id, role_id, user_id) values ($1, $2, $3) on conflict do nothing', [
      account_id,
      role_id,
      user_id,
    ]),
  );
}

/** Everybody who may have the role. */
export async function holdersToAsk(pool: Pool, accountId: string, roleId: string): Promise<string[]> {
  const { rows } = await tenantQuery<{ user_id: string }>(
    pool,
    { accountId },
    'select user_id from role_holders where account_id = $1 and role_id = $2 order by user_id',
    [accountId, roleId],
  );
  return rows.map((row) => row.user_id);
}

/** Forgets who had a role that is gone for good. */
export async function forgetHolders(pool: Pool, accountId: string, roleId: string): Promise<void> {
  await withTenant(pool, { accountId }, (tx) =>
    tx.query('delete from role_holders where account_id = $1 and role_id = $2', [accountId, roleId]),
  );
}
