import { startTestDatabase, type TestDatabase } from '@annals/testing';
import { assertTenantIsolation, createPool, tenantTable } from './index.js';

const closed = `create table closed (account_id uuid, id int); ${tenantTable('closed')}`;
const databases: TestDatabase[] = [];
async function databaseWith(sql: string): Promise<TestDatabase> {
  const migrations = [{ id: '0001-tables', sql: `${closed} ${sql}` }];
  const database = await startTestDatabase({ service: 'identity', migrations });
  databases.push(database);
  return database;
}
afterAll(() => Promise.all(databases.map((database) => database.stop())));

it('is content with closed tables, tables of no account and views with the rights of the reader', async () => {
  const database = await databaseWith(`
    create table global (id int);
    create view harmless with (security_invoker = true) as select * from closed;
    create function make() returns void security definer set search_path = pg_catalog language sql as 'select';`);
  await expect(assertTenantIsolation(database.pool)).resolves.toBeUndefined();
});

it.each([
  ['a table without row-level security', 'create table open (account_id uuid)', 'public.open: has account_id but no'],
  [
    'a table whose owner would see everything',
    'create table half (account_id uuid); alter table half enable row level security',
    'public.half: has account_id but no forced',
  ],
  [
    'a policy that forgets the account',
    'create policy everybody on closed using (true)',
    'policy everybody does not ask for the account',
  ],
  ['a view with the rights of its owner', 'create view leak as select * from closed', 'public.leak: is a view'],
  ['a materialized view', 'create materialized view copy as select * from closed', 'public.copy: is a materialized'],
  ['a table that may be emptied', 'grant truncate on closed to identity_app', 'public.closed: may be emptied'],
  [
    'a function with the rights of its owner',
    'create function peek() returns bigint security definer language sql as $$ select count(*) from closed $$',
    'public.peek: is a function',
  ],
  [
    'one that returns nothing but takes its names from the caller',
    `create function lured() returns void security definer language sql as 'select'`,
    'public.lured: is a function',
  ],
])('finds %s', async (_name, sql, hole) => {
  const database = await databaseWith(sql);
  await expect(assertTenantIsolation(database.pool)).rejects.toThrow(hole);
});

it('finds a role that owns the tables or stands above the rules', async () => {
  const database = await databaseWith('');
  const as = async (url: string) => {
    const pool = createPool({ url, applicationName: 'check', max: 1 });
    await assertTenantIsolation(pool).finally(() => pool.end());
  };
  await expect(as(database.ownerUrl)).rejects.toThrow('belongs to the role');
  await expect(as(database.superuserUrl)).rejects.toThrow('is a superuser');
});
