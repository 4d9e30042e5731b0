import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Position, StoredEvent } from '@annals/event-store';
import { rowsOf, storedEvents, testDatabase } from '@annals/testing';
import {
  CheckpointMoved,
  moveCheckpoint,
  projectBatch,
  projectionSchema,
  readCheckpoint,
  tenantTable,
  withTransaction,
  type Projection,
} from './index.js';

const accounts = [randomUUID(), randomUUID(), randomUUID()];

/** A sum and a history per thing: any event lost, doubled or out of order shows. */
function tally(version: number, batch?: Projection['batch']): Projection {
  const projection: Projection = {
    name: 'tally',
    version,
    categories: ['thing'],
    tables: (schema) => `
      create table ${schema}.things (
        account_id uuid not null, id text not null, total int not null, history text not null,
        primary key (account_id, id));
      ${tenantTable(`${schema}.things`)}`,
    on: {
      Added: (tx, { metadata, stream, data }) =>
        tx
          .query(
            `insert into things values ($1, $2, $3, $4)
             on conflict (account_id, id) do update
             set total = things.total + excluded.total, history = things.history || ',' || excluded.history`,
            [metadata.account_id, stream, data.amount, String(data.amount)],
          )
          .then(() => undefined),
      Removed: (tx, { stream }) => tx.query('delete from things where id = $1', [stream]).then(() => undefined),
    },
  };
  return batch ? { ...projection, batch } : projection;
}

const versions = Array.from({ length: 60 }, (_, n) => n + 1);
const database = testDatabase({ service: 'activity', projections: versions.map((version) => tally(version)) });
let nextVersion = 1;
const fresh = () => tally(nextVersion++);

async function rows(projection: Projection): Promise<unknown[]> {
  const table = `${projectionSchema(projection)}.things`;
  const all = await Promise.all(
    accounts.map((account) => rowsOf(database().pool, account, `select * from ${table} order by id`)),
  );
  return all.flat();
}

/** The rows by the book, without any database. */
function expected(events: readonly StoredEvent[]): unknown[] {
  const things = new Map<string, { account_id: string; id: string; total: number; history: string }>();
  for (const { type, stream, metadata, data } of events) {
    const id = `${metadata.account_id} ${stream}`;
    const before = things.get(id);
    const amount = data.amount as number;
    if (type === 'Removed') things.delete(id);
    if (type !== 'Added') continue;
    things.set(id, {
      account_id: metadata.account_id!,
      id: stream,
      total: (before?.total ?? 0) + amount,
      history: before ? `${before.history},${amount}` : String(amount),
    });
  }
  const byId = [...things.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return accounts.flatMap((account) => byId.filter((thing) => thing.account_id === account));
}

const eventRuns = fc
  .array(
    fc.record({
      type: fc.constantFrom('Added', 'Added', 'Added', 'Removed', 'Ignored'),
      account: fc.constantFrom(...accounts),
      thing: fc.constantFrom('thing-a', 'thing-b'),
      amount: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((sketches) =>
    storedEvents(
      sketches.map(({ type, account, thing, amount }) => ({
        type,
        // The same id in two accounts is two things.
        stream: thing,
        account_id: account,
        data: { amount },
      })),
    ),
  );

/** What can go wrong with one delivery. */
type Delivery = { size: number; fate: 'fine' | 'crash before commit' | 'doubled' | 'overlapping' | 'two runners' };
const deliveries = fc.array(
  fc.record({
    size: fc.integer({ min: 1, max: 15 }),
    fate: fc.constantFrom<Delivery['fate']>('fine', 'crash before commit', 'doubled', 'overlapping', 'two runners'),
  }),
  { minLength: 1, maxLength: 30 },
);

async function deliver(projection: Projection, events: readonly StoredEvent[], plan: readonly Delivery[]) {
  const pool = database().pool;
  for (let step = 0; ; step++) {
    const { position } = await readCheckpoint(pool, projection);
    const { size, fate } = plan[step % plan.length]!;
    const rest = events.filter((event) => !position || event.position.commit > position.commit);
    if (rest.length === 0) return;
    const start = events.length - rest.length;
    const end = start + size;
    const batch = events.slice(fate === 'overlapping' ? Math.max(0, start - 5) : start, end);
    const checkpoint = batch.at(-1)!.position;
    const attempt = (from: Position | null) => projectBatch(pool, projection, from, batch, checkpoint);
    // A plan of crashes alone would never end.
    if (fate === 'crash before commit' && step < 60) await crash(projection, batch);
    else if (fate === 'two runners') await Promise.allSettled([attempt(position), attempt(position)]);
    else await attempt(position);
    if (fate === 'doubled') {
      await attempt((await readCheckpoint(pool, projection)).position);
      await expect(attempt(position)).rejects.toThrow(CheckpointMoved);
    }
  }
}

const die = () => Promise.reject(new Error('killed'));

/** The rows are written and the process dies before the checkpoint. */
async function crash(projection: Projection, batch: readonly StoredEvent[]): Promise<void> {
  const dying: Projection = {
    ...projection,
    on: {
      ...projection.on,
      Crash: die,
    },
  };
  const last = storedEvents([{ type: 'Crash', stream: 'thing-a', account_id: accounts[0]! }], batch);
  const { position } = await readCheckpoint(database().pool, projection);
  const died = projectBatch(database().pool, dying, position, [...batch, ...last], last[0]!.position);
  await expect(died).rejects.toThrow('killed');
}

describe('a projection', () => {
  it('leaves the same rows for any split, duplicate, crash and second runner', async () => {
    await fc.assert(
      fc.asyncProperty(eventRuns, deliveries, async (events, plan) => {
        const projection = fresh();
        await deliver(projection, events, plan);
        expect(await rows(projection)).toEqual(expected(events));
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('leaves the same rows when it works on sets', async () => {
    await fc.assert(
      fc.asyncProperty(eventRuns, deliveries, async (events, plan) => {
        const one = fresh();
        // Handlers in the order of each account, as a set-based form must be.
        const inSets: Projection = {
          ...one,
          batch: async (tx, group) => {
            expect(new Set(group.map((event) => event.metadata.account_id)).size).toBe(1);
            for (const event of group) await (one.on[event.type] ?? die)(tx, event);
          },
        };
        await deliver(inSets, events, plan);
        expect(await rows(one)).toEqual(expected(events));
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it('writes nothing when the checkpoint is not where it was', async () => {
    const projection = fresh();
    const [first, second] = storedEvents([
      { type: 'Added', stream: 'thing-a', account_id: accounts[0]!, data: { amount: 1 } },
      { type: 'Added', stream: 'thing-a', account_id: accounts[0]!, data: { amount: 2 } },
    ]);
    await readCheckpoint(database().pool, projection);
    await projectBatch(database().pool, projection, null, [first!], first!.position);
    const late = projectBatch(database().pool, projection, null, [first!, second!], second!.position);
    await expect(late).rejects.toThrow(CheckpointMoved);
    expect(await rows(projection)).toEqual(expected([first!]));
  });

  it('does not write a row of another account than that of the event', async () => {
    const projection = fresh();
    const stealing: Projection = {
      ...projection,
      on: {
        Added: (tx) =>
          tx.query("insert into things values ($1, 'thing-x', 1, '')", [accounts[1]]).then(() => undefined),
      },
    };
    const events = storedEvents([{ type: 'Added', stream: 'thing-a', account_id: accounts[0]! }]);
    await readCheckpoint(database().pool, projection);
    const theft = projectBatch(database().pool, stealing, null, events, events[0]!.position);
    await expect(theft).rejects.toThrow('row-level security');
  });

  it('moves its checkpoint past events of no interest', async () => {
    const projection = fresh();
    await readCheckpoint(database().pool, projection);
    await projectBatch(database().pool, projection, null, [], { commit: 7n, prepare: 7n });
    const { position } = await readCheckpoint(database().pool, projection);
    expect(position).toEqual({ commit: 7n, prepare: 7n });
  });

  it('leaves no tenant behind for work of no account', async () => {
    const projection = fresh();
    const seen: unknown[] = [];
    const looking: Projection = {
      ...projection,
      on: {
        Look: async (tx) => {
          const { rows: found } = await tx.query("select current_setting('app.account_id', true) as account", []);
          seen.push(found[0]);
        },
      },
    };
    const events = storedEvents([
      { type: 'Look', stream: 'thing-a', account_id: accounts[0]! },
      { type: 'Look', stream: 'thing-a', account_id: null },
      { type: 'Look', stream: 'thing-a', account_id: accounts[1]! },
    ]);
    await readCheckpoint(database().pool, projection);
    await projectBatch(database().pool, looking, null, events, events.at(-1)!.position);
    expect(seen).toEqual([{ account: accounts[0] }, { account: '' }, { account: accounts[1] }]);
  });
});

describe('the guarded checkpoint', () => {
  it('lets one of many simultaneous movers through', async () => {
    const key = { name: 'guarded', version: 1 };
    await readCheckpoint(database().pool, key);
    const movers = Array.from({ length: 20 }, (_, n) =>
      withTransaction(database().pool, (tx) =>
        moveCheckpoint(tx, key, null, { commit: BigInt(n + 1), prepare: BigInt(n + 1) }),
      ),
    );
    const results = await Promise.allSettled(movers);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });
});
