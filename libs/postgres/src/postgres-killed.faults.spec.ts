import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { event } from '@annals/contracts';
import { startEventNode } from '@annals/event-node';
import { connectEventStore, type Aggregate, type PositionToken } from '@annals/event-store';
import { anonymous, rowsOf, startOwnPostgres, until } from '@annals/testing';
import {
  createPool,
  migrate,
  provision,
  runProjection,
  runReactor,
  subjectKeyMigrations,
  subjectKeys,
  tenantTable,
  type Projection,
} from './index.js';

const events = [
  event('Counted', {
    category: 'count',
    data: z.object({ n: z.int() }),
    audit: { entity: 'count', action: 'INSERT', keys: [] },
  }),
];
const count: Aggregate<number> = { category: 'count', initial: 0, evolve: (state) => state + 1 };
const account = randomUUID();

/** Each event once, in order, or it shows. */
const counts: Projection = {
  name: 'counts',
  version: 1,
  categories: ['count'],
  tables: (schema) => `
    create table ${schema}.counts (account_id uuid not null, place bigint generated always as identity, n int not null);
    ${tenantTable(`${schema}.counts`)}`,
  on: {
    Counted: async (tx, { metadata, data }) => {
      await tx.query('insert into counts (account_id, n) values ($1, $2)', [metadata.account_id, data.n]);
    },
  },
};

it('a PostgreSQL killed again and again in the middle of work loses and doubles nothing', async () => {
  const postgres = await startOwnPostgres();
  const database = { name: 'annals_activity', owner: 'activity_owner', app: 'activity_app' };
  const { passwordOf, url, superuserUrl } = postgres.server();
  await provision(superuserUrl('postgres'), [database], passwordOf);
  await migrate(url(database.name, database.owner), {
    service: 'activity',
    migrations: subjectKeyMigrations,
    projections: [counts],
    appRole: database.app,
  });
  const appUrl = url(database.name, database.app);
  const pool = createPool({ url: appUrl, applicationName: 'activity' });
  const otherPool = createPool({ url: appUrl, applicationName: 'activity, second process' });
  const node = await startEventNode({ port: 0, store: 'memory' });
  const keys = subjectKeys(pool, randomBytes(32));
  const store = connectEventStore({ url: node.url, events, keys });
  const batch = { maxEvents: 7 };
  const runners = [pool, otherPool].map((mine) => runProjection({ projection: counts, pool: mine, store, batch }));
  const seen: number[] = [];
  const reactor = runReactor({
    reactor: {
      name: 'watcher',
      categories: ['count'],
      on: {
        Counted: async ({ data }) => {
          seen.push(data.n as number);
        },
      },
    },
    pool,
    store,
  });

  let written = 0;
  let last: PositionToken | undefined;
  const stream = randomUUID();
  const write = async (howMany: number) => {
    for (let i = 0; i < howMany; i++) {
      const numbers = Array.from({ length: 10 }, () => ({ type: 'Counted', data: { n: written++ } }));
      const { position } = await store.execute(count, stream, {
        id: randomUUID(),
        context: anonymous(),
        accountId: account,
        now: '2026-01-01T00:00:00.000Z',
        decide: () => numbers,
      });
      last = { category: 'count', position: position! };
    }
  };

  for (let kill = 0; kill < 5; kill++) {
    const handled = () => runners.reduce((sum, runner) => sum + runner.status().events_handled, 0);
    const handledBefore = handled();
    const writing = write(20);
    await until('it is in the middle of the work', () => handled() > handledBefore);
    await postgres.kill();
    // The event store does not need this PostgreSQL: commands go on while the views stand still.
    await writing;
    await postgres.restart();
  }

  await Promise.all(runners.map((runner) => runner.waitFor([last!], 60_000)));
  const rows = await rowsOf<{ n: number }>(pool, account, 'select n from counts_v1.counts order by place');
  expect(rows.map((row) => row.n)).toEqual(Array.from({ length: written }, (_, n) => n));
  expect(runners.map((runner) => runner.status().role).sort()).toEqual(['follower', 'leader']);
  // At least once, and every event: doubles are allowed to a reactor, gaps are not.
  await until('the reactor has seen everything', () => new Set(seen).size === written, 60_000);

  await Promise.all([...runners, reactor].map((runner) => runner.stop()));
  await store.close();
  await Promise.all([pool.end(), otherPool.end(), node.stop()]);
  await postgres.stop();
}, 300_000);
