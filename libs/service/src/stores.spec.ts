import { randomBytes, randomUUID } from 'node:crypto';
import { startEventNode } from '@annals/event-node';
import { ExportCancelled, SubjectErased } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { createPool, tenantTable, type Projection } from '@annals/postgres';
import { signedIn, startTestDatabase, until, type TestDatabase } from '@annals/testing';
import { connectWithBackoff } from './connect.js';
import { createMetrics } from './metrics.js';
import { createLogger } from './log.js';
import type { Boot } from './run-service.js';
import { openStores, type Stores, type StoreSettings } from './stores.js';

const logger = createLogger({ service: 'export', level: 'error' });
const failing = { on: false };

const view: Projection = {
  name: 'cancellations',
  version: 1,
  categories: ['export'],
  tables: (schema) =>
    `create table ${schema}.cancellations (account_id uuid, export_id uuid); ${tenantTable(`${schema}.cancellations`)}`,
  on: {
    ExportCancelled: async (tx, { data }) => {
      if (failing.on) throw new Error('cannot be handled');
      await tx.query('insert into cancellations values ($1, $2)', [data.account_id, data.export_id]);
    },
  },
};

/** Connects at the first try and remembers what was awaited, in order. */
function boot(): Boot & { awaited: string[] } {
  const awaited: string[] = [];
  return {
    awaited,
    connect: (dependency, connect) => {
      awaited.push(dependency);
      return connect();
    },
  };
}

describe('the stores of a service', () => {
  const opened: Stores[] = [];
  const databases: TestDatabase[] = [];
  let settings: StoreSettings;
  let stopNode: () => Promise<void>;

  beforeAll(async () => {
    const [own, keys, bus, node] = await Promise.all([
      startTestDatabase({ service: 'export' }),
      startTestDatabase({ service: 'keys' }),
      startTestDatabase({ service: 'bus' }),
      startEventNode({ port: 0, store: 'memory' }),
    ]);
    databases.push(own, keys, bus);
    stopNode = () => node.stop();
    settings = {
      DATABASE_URL: own.appUrl,
      DATABASE_OWNER_URL: own.ownerUrl,
      // Whoever works with keys or the bus owns their tables.
      KEYS_DATABASE_URL: keys.ownerUrl,
      BUS_DATABASE_URL: bus.ownerUrl,
      KEY_ENCRYPTION_KEY: randomBytes(32),
      EVENTSTORE_URL: node.url,
    };
  });
  afterAll(async () => {
    for (const stores of opened) for (const close of stores.close) await close();
    await stopNode();
    for (const database of databases) await database.stop();
  });

  const options = (over: Partial<StoreSettings> = {}) => ({
    ...{ service: 'export' as const, migrations: [], projections: [view], logger },
    config: { ...settings, ...over },
  });
  async function open(metrics = createMetrics()): Promise<Stores> {
    const stores = await openStores(boot(), { ...options(), metrics });
    opened.push(stores);
    return stores;
  }

  async function cancel({ store }: Stores): Promise<string> {
    const who = signedIn();
    const exportId = randomUUID();
    const now = new Date().toISOString();
    const data = { account_id: who.account_id, user_id: who.user_id, export_id: exportId, cancelled_at: now };
    await store.execute(
      { category: 'export', initial: 0, evolve: (count) => count + 1 },
      `${who.account_id}_${exportId}`,
      {
        ...{ id: uuidv7(), context: who, now },
        decide: () => [{ type: ExportCancelled.type, data }],
      },
    );
    return exportId;
  }

  it('are migrated, connected and projected, and each says whether it is there', async () => {
    const stores = await open();
    await cancel(stores);
    await stores.runners[0]!.caughtUp();
    await until('the event is projected', () => stores.runners[0]!.status().events_handled > 0);
    expect(Object.keys(stores.readiness)).toEqual([
      'postgres',
      'keys',
      'event-store',
      'bus',
      'projection cancellations',
    ]);
    for (const check of Object.values(stores.readiness)) await expect(check()).resolves.toBeUndefined();
  });

  it('are awaited one by one, so that readiness can name the one that is missing', async () => {
    const waiting = boot();
    opened.push(await openStores(waiting, options()));
    expect(waiting.awaited).toEqual(['postgres', 'keys', 'tenant isolation', 'event-store', 'erasures', 'bus']);
  });

  it('are not waited for when a migration has changed: waiting does not help', async () => {
    const database = await startTestDatabase({ service: 'profile', migrations: [{ id: '0001-a', sql: 'select 1' }] });
    databases.push(database);
    const config = { ...settings, DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl };
    const migrations = [{ id: '0001-a', sql: 'select 2' }];
    // Tries until the end of time, as in a service: what comes out of it was not tried again.
    const patient: Boot = { connect: (name, connect) => connectWithBackoff(name, connect, { logger }) };
    const opening = openStores(patient, { ...options(), config, service: 'profile', migrations });
    await expect(opening).rejects.toThrow('0001-a has already run with another text');
  });

  it('are waited for while a database is not provisioned yet', async () => {
    const config = { ...settings, DATABASE_OWNER_URL: `${settings.DATABASE_OWNER_URL}_to_be` };
    const given = new AbortController();
    const waiting = createLogger({ service: 'export', level: 'error' });
    waiting.warn = () => given.abort(new Error('it waits'));
    const patient: Boot = {
      connect: (name, connect) => connectWithBackoff(name, connect, { logger: waiting, signal: given.signal }),
    };
    await expect(openStores(patient, { ...options(), config })).rejects.toThrow('it waits');
  });

  it('are not opened without a bus', async () => {
    const nowhere = openStores(boot(), options({ BUS_DATABASE_URL: undefined }));
    await expect(nowhere).rejects.toThrow('Name a bus: KAFKA_BROKERS, or BUS_DATABASE_URL');
  });

  it('are not opened over a table that everybody could read', async () => {
    const hole = { id: '0001-hole', sql: 'create table forgotten (account_id uuid)' };
    const database = await startTestDatabase({ service: 'profile' });
    databases.push(database);
    const config = { ...settings, DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl };
    const opening = openStores(boot(), { ...options(), config, service: 'profile', migrations: [hole] });
    await expect(opening).rejects.toThrow('forgotten: has account_id but no forced row-level security');
  });

  it('hold no key that came back from a backup, before anybody is served', async () => {
    const { keys, store } = await open();
    const person = randomUUID();
    const { id } = await keys.current(person, 'profile');
    const pool = createPool({ url: settings.KEYS_DATABASE_URL, applicationName: 'restore', max: 1 });
    const row = 'id, subject, purpose, period, kek_id, wrapped';
    await pool.query(`create table yesterday as select ${row} from subject_keys where id = '${id}'`);
    await keys.fence(person);
    const now = new Date().toISOString();
    const data = { account_id: null, user_id: person, erasure_id: randomUUID(), erased_at: now, key_fingerprints: [] };
    await store.execute({ category: 'erased', initial: 0, evolve: (count) => count + 1 }, person, {
      ...{ id: uuidv7(), context: signedIn(), now },
      decide: () => [{ type: SubjectErased.type, data }],
    });
    await keys.destroy(person);
    // Nobody replays meanwhile: the backup is put back while everything stands still.
    for (const stores of opened.splice(0)) for (const close of stores.close) await close();
    await pool.query(`delete from fenced_keys; delete from fenced_subjects;
      update replayed_erasures set commit_pos = null, prepare_pos = null, fences = 0;
      insert into subject_keys (${row}) select ${row} from yesterday`);
    const stores = await open();
    expect((await pool.query('select from subject_keys where subject = $1', [person])).rowCount).toBe(0);
    expect(await stores.keys.find(id)).toBe('erased');
    await expect(stores.keys.current(person, 'profile')).rejects.toMatchObject({ code: 'subject-erased' });
    await pool.end();
  });

  it('hear of a fence of another process', async () => {
    const [here, there] = [await open(), await open()];
    const person = randomUUID();
    const forgotten: (string | null)[] = [];
    there.forgetting.each((holder) => forgotten.push(holder));
    await there.keys.current(person, 'profile');
    await here.keys.fence(person);
    await until('it is heard', () => forgotten.includes(person));
    await expect(there.keys.current(person, 'profile')).rejects.toMatchObject({ code: 'subject-erased' });
  });

  it('say which projection is halted, in readiness and in the metrics', async () => {
    const metrics = createMetrics();
    failing.on = true;
    const stores = await open(metrics);
    // Another process may lead; the halt shows where the work is done.
    for (const other of opened.slice(0, -1)) await other.runners[0]!.stop();
    await cancel(stores);
    await until('the projection is halted', () => stores.runners[0]!.status().status === 'halted', 30_000);
    await expect(stores.readiness['projection cancellations']!()).rejects.toThrow('cancellations is halted');
    expect(metrics.text()).toContain('annals_projection_halted{projection="cancellations"} 1');
    failing.on = false;
  });
});
