import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventContract } from '@annals/contracts';
import { connectEventStore, type EventStore } from '@annals/event-store';
import { startEventNode, startScavenge, type EventNode } from '@annals/event-node';
import { subjectKeyMigrations, subjectKeys, type SubjectKeyStore } from '@annals/postgres';
import { startTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
import { until } from './until.js';

const closeLimitMs = 1_000;
/** A machine that does much else besides may stall for seconds; how soon a process of production gives up is proved elsewhere. */
const patience = { appendTimeoutMs: 20_000, readTimeoutMs: 20_000 };

export interface TestStoresOptions extends TestDatabaseOptions {
  /** Contracts of the events that are written or folded. */
  events: readonly EventContract[];
}

/** Everything a service stands on, each real and thrown away afterwards. */
export interface TestStores {
  /** The service's own database. */
  database: TestDatabase;
  keysDatabase: TestDatabase;
  keys: SubjectKeyStore;
  keyEncryptionKey: Buffer;
  eventNode: EventNode;
  store: EventStore;
  /** Takes from the event store's own storage what it shows no more; resolves when it has. */
  scavenge(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a database, a key database and an event node with a memory store, on free ports. */
export async function startTestStores(options: TestStoresOptions): Promise<TestStores> {
  const [database, keysDatabase, eventNode] = await Promise.all([
    startTestDatabase(options),
    startTestDatabase({ service: 'keys', migrations: subjectKeyMigrations }),
    startEventNode({ port: 0, store: 'memory' }),
  ]);
  const keyEncryptionKey = randomBytes(32);
  const keys = subjectKeys(keysDatabase.pool, keyEncryptionKey);
  const store = connectEventStore({ url: eventNode.url, events: options.events, keys, ...patience });
  return {
    ...{ database, keysDatabase, keys, keyEncryptionKey, eventNode, store },
    scavenge: async () => scavenged(store, await startScavenge(eventNode.url)),
    async stop() {
      // The client package waits for ever for a read that was left half-way; the end of a test run does not.
      await Promise.race([store.close(), pause(closeLimitMs, undefined, { ref: false })]);
      await Promise.all([eventNode.stop(), database.stop(), keysDatabase.stop()]);
    },
  };
}

async function scavenged(store: EventStore, id: string): Promise<void> {
  await until('the scavenge ends', async () => {
    for await (const { type } of store.readStream(`$scavenges-${id}`)) if (type === '$scavengeCompleted') return true;
    return false;
  });
}

/**
 * Gives the tests of a file (or describe) stores of their own, started before the first and stopped after the last.
 * @returns a function, because the stores are there only once the tests run
 */
export function testStores(options: TestStoresOptions): () => TestStores {
  let stores: TestStores | undefined;
  beforeAll(async () => {
    stores = await startTestStores(options);
  });
  afterAll(() => stores?.stop());
  return () => {
    if (!stores) throw new Error('The test stores are there once the tests run, not while they are declared.');
    return stores;
  };
}
