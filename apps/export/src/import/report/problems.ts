import { pageMeta, type RowProblem } from '@annals/contracts';
import { tenantQuery, withTenant, type Pool, type TenantScope } from '@annals/postgres';

export interface Reported {
  accountId: string;
  importId: string;
}

/** As many problems of one import as are kept; more help nobody, and they are counted all the same. */
export const mostProblems = 100_000;

/** A problem with its place among those of its row, by which one that is told again is known. */
export type PlacedProblem = RowProblem & { at: number };

/** Counts problems within their rows, in the order in which they come. */
export function placing(): (problem: RowProblem) => PlacedProblem {
  let row = 0;
  let at = 0;
  return (problem) => {
    at = problem.row === row ? at + 1 : 0;
    row = problem.row;
    return { ...problem, at };
  };
}

/** Keeps problems of rows. Those that are kept already stay as they are. */
export async function keepProblems(pool: Pool, of: Reported, problems: readonly PlacedProblem[]): Promise<void> {
  if (problems.length === 0) return;
  const column = (name: keyof PlacedProblem) => problems.map((problem) => problem[name]);
  await withTenant(pool, scopeOf(of), (tx) =>
    tx.query(
      `insert into import_problem (account_id, import_id, row, at, field, code, detail)
       select $1, $2, * from unnest($3::int[], $4::int[], $5::text[], $6::text[], $7::text[]) on conflict do nothing`,
      [of.accountId, of.importId, column('row'), column('at'), column('field'), column('code'), column('detail')],
    ),
  );
}

const scopeOf = ({ accountId }: Reported): TenantScope => ({ accountId });

/** One page of the problems of an import, in the order of its file. */
export async function listProblems(pool: Pool, of: Reported, { page, limit }: { page: number; limit: number }) {
  const { rows } = await tenantQuery<RowProblem & { total: number }>(
    pool,
    scopeOf(of),
    `select p.row, p.field, p.code, p.detail, counted.total
       from (select count(*)::int as total from import_problem where account_id = $1 and import_id = $2) counted
       left join lateral (
         select * from import_problem where account_id = $1 and import_id = $2
         order by row, at limit $3 offset $4) p on true`,
    [of.accountId, of.importId, limit, (page - 1) * limit],
  );
  const data = rows.flatMap(({ total: _, ...problem }) => (problem.row === null ? [] : [problem]));
  return { data, meta: pageMeta(page, limit, rows[0]?.total ?? 0) };
}

const batch = 1_000;

/** All problems of an import, in the order of its file, a batch at a time. */
export async function* allProblems(pool: Pool, of: Reported): AsyncIterable<RowProblem[]> {
  let after = { row: 0, at: -1 };
  for (;;) {
    const { rows } = await tenantQuery<PlacedProblem>(
      pool,
      scopeOf(of),
      `select row, at, field, code, detail from import_problem
       where account_id = $1 and import_id = $2 and (row, at) > ($3, $4) order by row, at limit $5`,
      [of.accountId, of.importId, after.row, after.at, batch],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < batch) return;
    after = rows.at(-1)!;
  }
}

export async function removeProblems(pool: Pool, of: Reported): Promise<void> {
  await withTenant(pool, scopeOf(of), (tx) =>
    tx.query('delete from import_problem where account_id = $1 and import_id = $2', [of.accountId, of.importId]),
  );
}
