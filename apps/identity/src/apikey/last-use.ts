import { tenantQuery, type Pool, type Tx } from '@annals/postgres';

interface NamedKey {
  account_id: string;
  key_id: string;
}

/** When a key was last used, to the minute; null when it never was. */
export async function lastUseOf(pool: Pool, { account_id, key_id }: NamedKey): Promise<Date | null> {
  const { rows } = await tenantQuery<{ last_used_at: Date }>(
    pool,
    { accountId: account_id },
    'select last_used_at from api_key_uses where account_id = $1 and key_id = $2',
    [account_id, key_id],
  );
  return rows[0]?.last_used_at ?? null;
}

/** Notes that a key was used, at most once a minute. */
export async function noteUse(tx: Tx, { account_id, key_id }: NamedKey, now: string): Promise<void> {
  await tx.query(
    `insert into api_key_uses (account_id, key_id, last_used_at) values ($1, $2, $3)
     on conflict (account_id, key_id) do update set last_used_at = excluded.last_used_at
     where api_key_uses.last_used_at <= excluded.last_used_at - interval '1 minute'`,
    [account_id, key_id, now],
  );
}
