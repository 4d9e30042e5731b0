import { randomUUID } from 'node:crypto';
import { testDatabase } from '@annals/testing';
import { createPool, tenantQuery, tenantTable, withTenant, withTransaction, type Pool } from './index.js';

const database = testDatabase({
  service: 'profile',
  migrations: [
    {
      id: '0001-notes',
      sql: `create table notes (account_id uuid not null, id int not null, body text, primary key (account_id, id));
            ${tenantTable('notes')}`,
    },
  ],
});

const acme = randomUUID();
const globex = randomUUID();

beforeAll(async () => {
  for (const accountId of [acme, globex]) {
    await withTenant(database().pool, { accountId }, (tx) =>
      tx.query('insert into notes select $1, n, $2 from generate_series(1, 3) n', [accountId, accountId]),
    );
  }
});

const bodies = async (pool: Pool, accountId: string) =>
  (await tenantQuery<{ body: string }>(pool, { accountId }, 'select body from notes', [])).rows.map((row) => row.body);

describe('row-level security', () => {
  it('shows an account its own rows only', async () => {
    expect(await bodies(database().pool, acme)).toEqual([acme, acme, acme]);
  });

  it('holds for the owner of the table too', async () => {
    const owner = createPool({ url: database().ownerUrl, applicationName: 'owner' });
    const { rows } = await owner.query('select * from notes', []);
    await owner.end();
    expect(rows).toEqual([]);
  });

  it('shows nothing, and does not fail, on a connection whose tenant transaction is over', async () => {
    const pool = createPool({ url: database().appUrl, applicationName: 'one', max: 1 });
    await bodies(pool, acme);
    const { rows } = await pool.query('select * from notes', []);
    await pool.end();
    expect(rows).toEqual([]);
  });

  it('shows nothing to a transaction without a tenant', async () => {
    const { rows } = await withTransaction(database().pool, (tx) => tx.query('select * from notes', []));
    expect(rows).toEqual([]);
  });

  it('refuses to write a row of another account', async () => {
    const write = withTenant(database().pool, { accountId: acme }, (tx) =>
      tx.query('insert into notes values ($1, 9, $2)', [globex, 'stolen']),
    );
    await expect(write).rejects.toThrow('row-level security');
  });

  it('does not let the app role empty a table', async () => {
    await expect(database().pool.query('truncate notes')).rejects.toThrow('permission denied');
  });
});

describe('tenant transactions', () => {
  it('never mix accounts when many run at once on few connections', async () => {
    const pool = createPool({ url: database().appUrl, applicationName: 'few', max: 3 });
    const accounts = Array.from({ length: 300 }, (_, n) => (n % 2 ? acme : globex));
    const seen = await Promise.all(
      accounts.map((accountId, n) =>
        n % 3
          ? bodies(pool, accountId)
          : withTenant(pool, { accountId }, async (tx) => {
              const first = await tx.query<{ body: string }>('select body from notes order by id', []);
              const again = await tx.query<{ body: string }>('select body from notes order by id', []);
              return [...first.rows, ...again.rows].slice(0, 3).map((row) => row.body);
            }),
      ),
    );
    await pool.end();
    expect(seen).toEqual(accounts.map((accountId) => [accountId, accountId, accountId]));
  });

  it('leave a connection clean when they fail', async () => {
    const pool = createPool({ url: database().appUrl, applicationName: 'one', max: 1 });
    await expect(tenantQuery(pool, { accountId: acme }, 'select 1 / 0', [])).rejects.toThrow('division by zero');
    await expect(
      withTenant(pool, { accountId: acme }, (tx) => tx.query('select nonsense from notes', [])),
    ).rejects.toThrow('nonsense');
    expect(await bodies(pool, globex)).toHaveLength(3);
    await pool.end();
  });

  it('roll back what was written before a failure', async () => {
    const work = withTenant(database().pool, { accountId: acme }, async (tx) => {
      await tx.query('insert into notes values ($1, 50, $2)', [acme, acme]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await bodies(database().pool, acme)).toHaveLength(3);
  });

  it('do not write when they read', async () => {
    const write = tenantQuery(database().pool, { accountId: acme }, 'delete from notes', []);
    await expect(write).rejects.toThrow('read-only transaction');
  });

  it.each(['', 'acme', "x'; drop table notes; --", `${randomUUID()}'`])(
    'ask nothing for the account %j',
    async (id) => {
      await expect(bodies(database().pool, id)).rejects.toThrow('UUID');
    },
  );
});
