import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { event } from '@annals/contracts';
import type { Aggregate, PositionToken } from '@annals/event-store';
import { anonymous, rowsOf, testStores, until } from '@annals/testing';
import { readCheckpoint, runProjection, tenantTable, type Projection, type ProjectionRunner } from './index.js';

const amount = z.object({ amount: z.int() });
const audit = { entity: 'thing', action: 'UPDATE', keys: [] } as const;
const events = [
  event('Added', { category: 'thing', data: amount, audit }),
  event('Spoiled', { category: 'thing', data: amount, audit }),
  event('Noticed', { category: 'thing', data: amount, audit }),
];
const thing: Aggregate<number> = { category: 'thing', initial: 0, evolve: (count) => count + 1 };

/** Handlers that a test can break and mend. */
const broken = new Set<string>();

const totals = (version: number): Projection => ({
  name: 'totals',
  version,
  categories: ['thing'],
  tables: (schema) => `
    create table ${schema}.totals (account_id uuid primary key, total int not null);
    ${tenantTable(`${schema}.totals`)}`,
  on: {
    Added: async (tx, { metadata, data }) => {
      await tx.query(
        `insert into totals values ($1, $2)
         on conflict (account_id) do update set total = totals.total + excluded.total`,
        [metadata.account_id, data.amount],
      );
    },
    Spoiled: (_tx, { id }) =>
      broken.has('Spoiled') ? Promise.reject(new Error(`cannot read ${id}`)) : Promise.resolve(),
  },
});
const versions = Array.from({ length: 10 }, (_, n) => totals(n + 1));
const stores = testStores({ service: 'activity', projections: versions, events });

const running: ProjectionRunner[] = [];
function run(version: number, onError?: (error: Error) => void): ProjectionRunner {
  const { database, store } = stores();
  const projection = versions[version - 1]!;
  const runner = runProjection({ projection, pool: database.pool, store, ...(onError ? { onError } : {}) });
  running.push(runner);
  return runner;
}
afterEach(async () => {
  broken.clear();
  await Promise.all(running.splice(0).map((runner) => runner.stop()));
});

async function write(accountId: string, ...written: [type: string, amount: number][]): Promise<PositionToken> {
  const { position, category } = await stores().store.execute(thing, randomUUID(), {
    id: randomUUID(),
    context: anonymous(),
    accountId,
    now: '2026-01-01T00:00:00.000Z',
    decide: () => written.map(([type, value]) => ({ type, data: { amount: value } })),
  });
  return { category, position: position! };
}

async function totalOf(version: number, accountId: string): Promise<number | undefined> {
  const { database } = stores();
  const text = `select total from totals_v${version}.totals`;
  return (await rowsOf<{ total: number }>(database.pool, accountId, text))[0]?.total;
}

describe('a running projection', () => {
  it('shows what was written before and after its start', async () => {
    const account = randomUUID();
    await write(account, ['Added', 1]);
    const runner = run(1);
    await runner.caughtUp();
    expect(await totalOf(1, account)).toBe(1);
    await runner.waitFor([await write(account, ['Added', 2])], 30_000);
    expect(await totalOf(1, account)).toBe(3);
    expect(runner.status()).toMatchObject({ role: 'leader', status: 'live' });
    // Where the log ends is heard on its own, a moment after the rows are there.
    await until('nothing is behind', () => runner.status().lag_seconds === 0);
  });

  it('goes on from its checkpoint after a restart', async () => {
    const account = randomUUID();
    const first = run(2);
    await first.waitFor([await write(account, ['Added', 1])], 30_000);
    await first.stop();
    await write(account, ['Added', 10]);
    const second = run(2);
    await second.caughtUp();
    expect(await totalOf(2, account)).toBe(11);
  });

  it('lets readers wait for events that it has no handler for', async () => {
    const runner = run(1);
    await runner.waitFor([await write(randomUUID(), ['Noticed', 1])], 30_000);
  });

  it('does not make readers wait for categories that it does not read', async () => {
    const runner = run(1);
    await runner.waitFor([{ category: 'other', position: { commit: 10n ** 18n, prepare: 10n ** 18n } }], 30_000);
  });

  it('tells readers to come back when it is behind', async () => {
    const runner = run(1);
    const far = { category: 'thing', position: { commit: 10n ** 18n, prepare: 10n ** 18n } };
    await expect(runner.waitFor([far], 20)).rejects.toMatchObject({
      status: 503,
      code: 'projection-behind',
      headers: { 'retry-after': '1' },
    });
  });
});

describe('two processes with one projection', () => {
  it('have one leader; the follower hears of progress and takes over', async () => {
    const account = randomUUID();
    const [one, two] = [run(3), run(3)];
    await Promise.all([one.caughtUp(), two.caughtUp()]);
    const [leader, follower] = one.status().role === 'leader' ? [one, two] : [two, one];
    expect(follower.status()).toMatchObject({ role: 'follower', status: 'following' });
    const token = await write(account, ['Added', 1]);
    await Promise.all([leader.waitFor([token], 30_000), follower.waitFor([token], 30_000)]);
    await leader.stop();
    await until('the follower leads', () => follower.status().role === 'leader');
    await follower.waitFor([await write(account, ['Added', 1])], 30_000);
    expect(await totalOf(3, account)).toBe(2);
  });
});

describe('a new version', () => {
  it('is built beside the old one, which goes on', async () => {
    const account = randomUUID();
    const old = run(4);
    await old.waitFor([await write(account, ['Added', 5])], 30_000);
    const next = run(5);
    await next.caughtUp();
    const token = await write(account, ['Added', 1]);
    await Promise.all([old.waitFor([token], 30_000), next.waitFor([token], 30_000)]);
    expect([await totalOf(4, account), await totalOf(5, account)]).toEqual([6, 6]);
  });
});

describe('an event that cannot be handled', () => {
  it('halts the projection, is named, keeps what came before, and is not skipped', async () => {
    const account = randomUUID();
    broken.add('Spoiled');
    const errors: Error[] = [];
    const token = await write(account, ['Added', 1], ['Spoiled', 0], ['Added', 2]);
    const runner = run(6, (error) => errors.push(error));
    await until('it counts as halted', () => runner.status().status === 'halted');
    expect(await totalOf(6, account)).toBe(1);
    expect(runner.status()).toMatchObject({
      stuck: { type: 'Spoiled', stream: expect.stringMatching(/^thing-/) as unknown, revision: '1' },
      error: expect.stringContaining('cannot handle Spoiled') as unknown,
    });
    expect(runner.status().lag_seconds).toBeGreaterThan(0);
    expect(errors[0]!.message).toContain('cannot read');
    await expect(runner.waitFor([token], 20)).rejects.toMatchObject({ code: 'projection-behind' });

    broken.delete('Spoiled');
    await runner.waitFor([token], 40_000);
    expect(await totalOf(6, account)).toBe(3);
    expect(runner.status().stuck).toBeUndefined();
  });

  it('halts that projection only', async () => {
    const account = randomUUID();
    broken.add('Spoiled');
    const spoiled = await write(account, ['Spoiled', 0]);
    const unbothered: Projection = { ...versions[6]!, on: { Added: versions[6]!.on.Added! } };
    const { database, store } = stores();
    const runner = runProjection({ projection: unbothered, pool: database.pool, store });
    running.push(runner);
    await runner.waitFor([spoiled], 30_000);
    expect(runner.status().status).not.toBe('halted');
  });
});

describe('a checkpoint that somebody else moved', () => {
  it('is read again, and the events of the other are not counted twice', async () => {
    const account = randomUUID();
    const runner = run(8);
    await runner.waitFor([await write(account, ['Added', 1])], 30_000);
    const { database } = stores();
    const { position } = await readCheckpoint(database.pool, versions[7]!);
    // As another process would that believes it leads: one event further, with its row.
    const ahead = position!.commit + 1n;
    await database.pool.query('update projection_checkpoints set commit_pos = $1, prepare_pos = $1 where version = 8', [
      String(ahead),
    ]);
    await runner.waitFor([await write(account, ['Added', 2])], 30_000);
    expect(await totalOf(8, account)).toBe(3);
    expect(runner.status().failures).toBeGreaterThan(0);
  });
});

describe('a follower', () => {
  it('has caught up when the leader has, and is told so if it is stopped before', async () => {
    const account = randomUUID();
    const leader = run(10);
    await leader.caughtUp();
    const [follower, impatient] = [run(10), run(10)];
    await Promise.all([follower.caughtUp(), impatient.caughtUp()]);
    broken.add('Spoiled');
    await write(account, ['Spoiled', 1], ['Added', 2]);
    let has = false;
    const done = follower.caughtUp().then(() => {
      has = true;
    });
    const left = expect(impatient.caughtUp()).rejects.toThrow('aborted');
    await until('the leader has failed', () => leader.status().failures > 1);
    await impatient.stop();
    await left;
    expect(has).toBe(false);
    broken.clear();
    await done;
    expect(await totalOf(10, account)).toBe(2);
  });

  it('is told so, too, if it is stopped before the view was ever there', async () => {
    broken.add('Spoiled');
    const leader = run(9);
    await write(randomUUID(), ['Spoiled', 1]);
    await until('the leader has failed', () => leader.status().failures > 0);
    const follower = run(9);
    const left = expect(follower.caughtUp()).rejects.toThrow('aborted');
    await until('it follows', () => follower.status().role === 'follower');
    await follower.stop();
    await left;
  });
});
