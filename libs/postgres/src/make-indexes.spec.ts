import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { event } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import { anonymous, testStores, until } from '@annals/testing';
import { assertTenantIsolation, createPool, runProjection, type Projection } from './index.js';

const audit = { entity: 'thing', action: 'UPDATE', keys: [] } as const;
const events = [event('Added', { category: 'thing', data: z.object({ amount: z.int() }), audit })];
const thing: Aggregate<number> = { category: 'thing', initial: 0, evolve: (count) => count + 1 };

/** Whether the index was there when each event was handled. */
const seen = new Map<number, boolean[]>();

const amounts = (version: number, expression: string): Projection => ({
  name: 'amounts',
  version,
  categories: ['thing'],
  tables: (schema) => `create table ${schema}.amounts (amount int not null);`,
  indexes: (schema) => `
    create index if not exists by_amount on ${schema}.amounts (${expression});
    analyze ${schema}.amounts;
  `,
  on: {
    Added: async (tx, { data }) => {
      const { rowCount } = await tx.query("select from pg_indexes where schemaname = $1 and indexname = 'by_amount'", [
        `amounts_v${version}`,
      ]);
      seen.get(version)!.push(rowCount === 1);
      await tx.query('insert into amounts values ($1)', [data.amount]);
    },
  },
});
const [plain, refused] = [amounts(1, 'amount'), amounts(2, 'public.rank_of(amount)')];
const stores = testStores({ service: 'activity', projections: [plain, refused], events });

const write = async () => {
  const { position, category } = await stores().store.execute(thing, randomUUID(), {
    ...{ id: randomUUID(), context: anonymous(), accountId: null, now: '2026-01-01T00:00:00.000Z' },
    decide: () => [1, 2, 3].map((amount) => ({ type: 'Added', data: { amount } })),
  });
  return { category, position: position! };
};

async function indexesOf(version: number): Promise<number> {
  const text = "select from pg_indexes where schemaname = $1 and indexname = 'by_amount'";
  return (await stores().database.pool.query(text, [`amounts_v${version}`])).rowCount;
}

function run(projection: Projection, onError?: (error: Error) => void) {
  const { database, store } = stores();
  seen.set(projection.version, []);
  return runProjection({ projection, pool: database.pool, store, ...(onError ? { onError } : {}) });
}

describe('indexes that only readers need', () => {
  it('are made when everything there was is in the rows, and are there for all that follows', async () => {
    await write();
    const runner = run(plain);
    try {
      await runner.caughtUp();
      await until('the index is made', async () => (await indexesOf(1)) === 1);
      await runner.waitFor([await write()], 30_000);
    } finally {
      await runner.stop();
    }
    const [before, after] = [seen.get(1)!.slice(0, 3), seen.get(1)!.slice(3)];
    expect([before, after]).toEqual([
      [false, false, false],
      [true, true, true],
    ]);
    const again = run(plain);
    await again.caughtUp();
    await again.stop();
    expect(await indexesOf(1)).toBe(1);
  });

  it('are tried until they can be made, and nothing is lost meanwhile', async () => {
    const { database } = stores();
    const errors: Error[] = [];
    const runner = run(refused, (error) => errors.push(error));
    const owner = createPool({ url: database.ownerUrl, applicationName: 'test', max: 1 });
    try {
      await until('it was refused', () => errors.length > 0);
      expect(errors[0]!.message).toContain('rank_of');
      const written = await write();
      await owner.query('create function public.rank_of(int) returns int language sql immutable as $$ select -$1 $$');
      await runner.waitFor([written], 30_000);
      expect(await indexesOf(2)).toBe(1);
    } finally {
      await Promise.all([runner.stop(), owner.end()]);
    }
    const { rows } = await database.pool.query('select count(*)::int as rows from amounts_v2.amounts', []);
    expect(rows).toEqual([{ rows: seen.get(2)!.length }]);
  });

  it('are made with the rights of the tables’ owner, which the projection has not', async () => {
    const { pool } = stores().database;
    await expect(pool.query('create index on amounts_v1.amounts (amount)')).rejects.toThrow('must be owner');
    await assertTenantIsolation(pool);
  });
});
