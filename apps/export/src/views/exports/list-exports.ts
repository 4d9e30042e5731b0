import { pageMeta } from '@annals/contracts';
import { tenantQuery, type Pool } from '@annals/postgres';

interface ListedRow {
  export_id: string;
  total: string;
}

/** Ids of one page of a person's exports, newest first, with the meta of the list. */
export async function listExportIds(
  pool: Pool,
  scope: { accountId: string; userId: string },
  { page, limit }: { page: number; limit: number },
): Promise<{ ids: string[]; meta: ReturnType<typeof pageMeta> }> {
  const { rows } = await tenantQuery<ListedRow>(
    pool,
    scope,
    `select e.export_id, counted.total
       from (select count(*) as total from exports_v1.export where account_id = $1 and user_id = $2) counted
       left join lateral (
         select export_id from exports_v1.export where account_id = $1 and user_id = $2
         order by requested_at desc, export_id desc limit $3 offset $4) e on true`,
    [scope.accountId, scope.userId, limit, (page - 1) * limit],
  );
  const ids = rows.flatMap((row) => (row.export_id ? [row.export_id] : []));
  return { ids, meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) };
}
