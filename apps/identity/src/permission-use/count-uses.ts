import { PermissionUseBatch, type PermissionUse } from '@annals/contracts';
import { setTenant, withTransaction, type Pool, type Sql } from '@annals/postgres';
import { mountInside } from '@annals/service';
import type { z } from 'zod';
import type { Identity } from '../identity.js';

/** Adds a gateway's counts. A batch that is told again, because its answer got lost, counts once. */
export async function countUses(
  pool: Pool,
  { id, uses }: z.infer<typeof PermissionUseBatch>,
  now: string,
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const first = await tx.query('insert into permission_use_batches (id, at) values ($1, $2) on conflict do nothing', [
      id,
      now,
    ]);
    if (first.rowCount === 0) return;
    // In one order everywhere, so that two gateways cannot wait for each other's rows.
    const sorted = [...uses].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    for (const [accountId, ofAccount] of Map.groupBy(sorted, (use) => use.account_id)) {
      await setTenant(tx, accountId);
      await addUses(tx, accountId, ofAccount);
    }
  });
}

const keyOf = ({ account_id, user_id, permission }: PermissionUse) => `${account_id} ${user_id} ${permission}`;

async function addUses(tx: Sql, accountId: string, uses: readonly PermissionUse[]): Promise<void> {
  await tx.query(
    `insert into permission_uses (account_id, user_id, permission, last_used_at, uses)
     select $1, u.user_id, u.permission, max(u.last_used_at), sum(u.uses)
     from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::bigint[]) as u(user_id, permission, last_used_at, uses)
     group by u.user_id, u.permission order by u.user_id, u.permission
     on conflict (account_id, user_id, permission) do update set
       uses = permission_uses.uses + excluded.uses,
       last_used_at = greatest(permission_uses.last_used_at, excluded.last_used_at)`,
    [
      accountId,
      uses.map((use) => use.user_id),
      uses.map((use) => use.permission),
      uses.map((use) => use.last_used_at),
      uses.map((use) => use.uses),
    ],
  );
}

/** Forgets batches that nobody tells again. */
export async function forgetOldBatches(sql: Sql): Promise<void> {
  await sql.query("delete from permission_use_batches where at < now() - interval '1 day'", []);
}

/** For gateways: which guards people passed by what. */
export const permissionUsesOfGateways = (identity: Identity) =>
  mountInside(
    {
      ...{ method: 'POST', path: '/internal/permission-uses', principals: ['gateway'] },
      ...{ body: PermissionUseBatch, bodyLimit: 1_000_000 },
    },
    async ({ body, now }) => {
      await countUses(identity.pool, body, now);
      return { status: 204 };
    },
  );
