import { randomBytes } from 'node:crypto';
import { sharedCluster } from '@annals/testing';
import { createPool, migrate, provision, type Migration, type Pool, type Projection } from './index.js';

const pools: Pool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.end())));

async function emptyDatabase() {
  const cluster = await sharedCluster();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await provision(
    cluster.url('postgres', 'postgres'),
    [{ name, owner: 'export_owner', app: 'export_app' }],
    () => undefined,
  );
  const ownerUrl = cluster.url(name, 'export_owner');
  const poolOf = (url: string) => {
    const pool = createPool({ url, applicationName: 'test', max: 2 });
    pools.push(pool);
    return pool;
  };
  return {
    ownerUrl,
    owner: poolOf(ownerUrl),
    app: poolOf(cluster.url(name, 'export_app')),
    up: (migrations: Migration[], projections: Projection[] = []) =>
      migrate(ownerUrl, { service: 'export', migrations, projections, appRole: 'export_app' }),
  };
}

const jobs = { id: '0001-jobs', sql: 'create table jobs (id int primary key)' };
const names = { id: '0002-names', sql: 'alter table jobs add name text' };

describe('migrations', () => {
  it('run once, in order, also when asked again', async () => {
    const { up, app } = await emptyDatabase();
    await up([jobs]);
    await up([jobs, names]);
    await up([jobs, names]);
    await app.query("insert into jobs values (1, 'first')", []);
    const { rows } = await app.query('select id from schema_migrations where id like $1 order by id', ['000%-%']);
    expect(rows.map((row) => row.id)).toEqual(['0000-base-tables', '0001-jobs', '0002-names']);
  });

  it('let many processes start at once', async () => {
    const { up, app } = await emptyDatabase();
    await Promise.all(Array.from({ length: 8 }, () => up([jobs, names])));
    expect((await app.query('select * from jobs', [])).rows).toEqual([]);
  });

  it('refuse one that has run with another text', async () => {
    const { up } = await emptyDatabase();
    await up([jobs]);
    await expect(up([{ ...jobs, sql: 'create table jobs (id bigint)' }])).rejects.toThrow(
      'export: 0001-jobs has already run with another text',
    );
  });

  it('refuse ids out of order', async () => {
    const { up } = await emptyDatabase();
    await expect(up([names, jobs])).rejects.toThrow('0001-jobs must sort after 0002-names');
  });

  it('leave nothing of one that fails, and can go on once it is mended', async () => {
    const { up, app } = await emptyDatabase();
    const half = { id: '0002-half', sql: 'create table half (id int); select 1 / 0' };
    await expect(up([jobs, half])).rejects.toThrow('0002-half failed: division by zero');
    await expect(app.query('select * from half', [])).rejects.toThrow('does not exist');
    await up([jobs, { ...half, sql: 'create table half (id int)' }]);
    expect((await app.query('select * from half', [])).rows).toEqual([]);
  });

  it('give the app role rows to work with, but not the tables nor the list of migrations', async () => {
    const { up, app } = await emptyDatabase();
    await up([jobs]);
    await expect(app.query('drop table jobs')).rejects.toThrow('must be owner');
    await expect(app.query('create table mine (id int)')).rejects.toThrow('permission denied');
    await expect(app.query('delete from schema_migrations')).rejects.toThrow('permission denied');
  });

  it('do not trip a running service over a plan that was made before', async () => {
    const { up, app } = await emptyDatabase();
    await up([jobs]);
    await app.query('insert into jobs values (1)', []);
    const read = () => app.query('select * from jobs', []);
    await Promise.all([read(), read()]);
    await up([jobs, names]);
    // Each of its connections may fail once; it is replaced then.
    await Promise.allSettled([read(), read()]);
    expect((await read()).rows).toEqual([{ id: 1, name: null }]);
  });
});

describe('projection schemas', () => {
  const list = (version: number, columns: string): Projection => ({
    name: 'job-list',
    version,
    categories: ['export'],
    tables: (schema) => `create table ${schema}.list (${columns})`,
    on: {},
  });

  it('stand beside each other, one per version', async () => {
    const { up, app } = await emptyDatabase();
    await up([], [list(1, 'id int')]);
    await up([], [list(2, 'id int, name text')]);
    const { rows } = await app.query(
      "select table_schema from information_schema.tables where table_name = 'list' order by 1",
      [],
    );
    expect(rows.map((row) => row.table_schema)).toEqual(['job_list_v1', 'job_list_v2']);
  });

  it('refuse a change of tables without a new version', async () => {
    const { up } = await emptyDatabase();
    await up([], [list(1, 'id int')]);
    await expect(up([], [list(1, 'id bigint')])).rejects.toThrow('raise the version of the projection');
  });
});
