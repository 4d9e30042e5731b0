import { pageMeta } from '@annals/contracts';
import { tenantQuery, type Pool } from '@annals/postgres';

/** Ids of one page of a person's imports into an account, newest first, with the meta of the list. */
export async function listImportIds(
  pool: Pool,
  scope: { accountId: string; userId: string },
  { page, limit }: { page: number; limit: number },
): Promise<{ ids: string[]; meta: ReturnType<typeof pageMeta> }> {
  const { rows } = await tenantQuery<{ import_id: string | null; total: number }>(
    pool,
    scope,
    `select i.import_id, counted.total
       from (select count(*)::int as total from imports_v1.import where account_id = $1 and user_id = $2) counted
       left join lateral (
         select import_id from imports_v1.import where account_id = $1 and user_id = $2
         order by requested_at desc, import_id desc limit $3 offset $4) i on true`,
    [scope.accountId, scope.userId, limit, (page - 1) * limit],
  );
  const ids = rows.flatMap((row) => (row.import_id ? [row.import_id] : []));
  return { ids, meta: pageMeta(page, limit, rows[0]?.total ?? 0) };
}
