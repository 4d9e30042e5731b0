import { createPool } from '@annals/postgres';

/**
 * Puts people into an account's read model as the projection would have left them: registering so many takes hours.
 * @param url of identity's database, for a role that row-level security does not hold back
 */
export async function fillPeople(url: string, accountId: string, count: number): Promise<void> {
  const pool = createPool({ url, applicationName: 'annals-bench', max: 1, statementTimeoutMs: 600_000 });
  try {
    const { rows } = await pool.query<{ nspname: string }>(
      `select nspname from pg_namespace where nspname ~ '^people_v\\d+$' order by length(nspname) desc, nspname desc`,
      [],
    );
    const schema = rows[0]?.nspname;
    if (schema === undefined) throw new Error('identity has no read model of people');
    await pool.query(
      `insert into ${schema}.members
         (account_id, user_id, role, since, email, name, status, created_at, managed_here, email_key, name_key)
       select $1, gen_random_uuid(), 'VIEWER', at, email, name, 'active', at, true, email, name
       from generate_series(1, $2::int) n,
         lateral (select 'Person ' || md5(n::text) as name, md5(n::text) || '@many.test' as email,
                    timestamptz '2020-01-01' + n * interval '1 second' as at) made`,
      [accountId, count],
    );
    await pool.query(
      `insert into ${schema}.member_terms (account_id, term, user_id)
       select account_id, unnest(array[lower(name), email, substr(name, 8)]), user_id
       from ${schema}.members where account_id = $1 and email like '%@many.test'`,
      [accountId],
    );
    // As autovacuum leaves them within a minute.
    for (const table of ['members', 'member_terms']) await pool.query(`vacuum analyze ${schema}.${table}`);
  } finally {
    await pool.end();
  }
}
