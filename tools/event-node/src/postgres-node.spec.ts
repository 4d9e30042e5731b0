import { type EventStoreDBClient } from '@eventstore/db-client';
import { createPool, type Sql } from '@annals/postgres';
import { collect, connect, event, events, newStream, revisionsOf } from './conformance/target.js';
import { type StoreState } from './log/event-log.js';
import { type EventNode, startEventNode } from './index.js';
import { startScavenge } from './protocol/start-scavenge.js';
import { writerLock } from './stores/writer-connection.js';
import { type ThrowAwayPostgres, throwAwayPostgres } from './throw-away-postgres.js';

/** What a node tells of its store, and a way to wait for it. */
function storeNews() {
  const told: StoreState['kind'][] = [];
  const waiting = new Set<() => void>();
  return {
    onStore: ({ kind }: StoreState) => {
      told.push(kind);
      for (const check of waiting) check();
    },
    said: (kind: StoreState['kind']) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!told.includes(kind)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

let postgres: ThrowAwayPostgres;
let url: string;
const nodes: EventNode[] = [];
const clients: EventStoreDBClient[] = [];

beforeAll(async () => {
  postgres = await throwAwayPostgres();
});
beforeEach(async () => {
  url = await postgres.database();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});
afterAll(() => postgres.stop());

async function start(onStore?: (state: StoreState) => void): Promise<EventNode> {
  const node = await startEventNode({ store: { postgresUrl: url }, ...(onStore === undefined ? {} : { onStore }) });
  nodes.push(node);
  return node;
}
async function stop(node: EventNode): Promise<void> {
  nodes.splice(nodes.indexOf(node), 1);
  await node.stop();
}
function clientOf(node: EventNode): EventStoreDBClient {
  const client = connect(node.url);
  clients.push(client);
  return client;
}
/** Asks again until there is a row. */
async function untilRow(sql: Sql, text: string): Promise<void> {
  while ((await sql.query(text, [])).rows.length === 0);
}
const read = async (client: EventStoreDBClient, stream: string) =>
  revisionsOf(await collect(client.readStream(stream)));

describe('after a restart', () => {
  test('a repeated append is still recognised, and the next one still has its place', async () => {
    const stream = newStream();
    const once = events(3);
    const first = await start();
    const before = await clientOf(first).appendToStream(stream, once, { expectedRevision: 'no_stream' });
    await stop(first);
    const client = clientOf(await start());
    expect(await client.appendToStream(stream, once, { expectedRevision: 'no_stream' })).toEqual(before);
    await client.appendToStream(stream, events(1), { expectedRevision: 2n });
    expect(await read(client, stream)).toEqual([0n, 1n, 2n, 3n]);
  });

  test('tombstones, metadata and the first event are still there, once', async () => {
    const [dead, counted] = [newStream(), newStream()];
    const first = await start();
    const client = clientOf(first);
    await client.appendToStream(counted, events(5), { expectedRevision: 'no_stream' });
    await client.setStreamMetadata(counted, { maxCount: 2 });
    await client.tombstoneStream(dead);
    const all = (await collect(client.readAll())).map(({ event: e }) => e?.id);
    await stop(first);
    const again = clientOf(await start());
    expect(await read(again, counted)).toEqual([3n, 4n]);
    await expect(read(again, dead)).rejects.toMatchObject({ type: 'stream-deleted' });
    expect((await collect(again.readAll())).map(({ event: e }) => e?.id)).toEqual(all);
  });

  test('positions go on above the old ones although the newest events were scavenged', async () => {
    const first = await start();
    const client = clientOf(first);
    const stream = newStream();
    await client.appendToStream(stream, events(1), { expectedRevision: 'no_stream' });
    await client.setStreamMetadata(stream, { maxCount: 1 });
    const { position } = await client.appendToStream(stream, events(3), { expectedRevision: 0n });
    const scavengeId = await startScavenge(first.url);
    for await (const { event: e } of client.subscribeToStream(`$scavenges-${scavengeId}`)) {
      if (e?.type !== '$scavengeCompleted') continue;
      expect(e.data).toMatchObject({ result: 'Success', eventsRemoved: 3 });
      break;
    }
    await stop(first);
    const second = clientOf(await start());
    const later = await second.appendToStream(stream, events(1), { expectedRevision: 3n });
    expect(later.position?.commit).toBeGreaterThan(position?.commit ?? 0n);
    expect(await read(second, stream)).toEqual([4n]);
  });
});

describe('two nodes on one store', () => {
  test('the second waits, and takes over when the first ends', async () => {
    const first = await start();
    const stream = newStream();
    await clientOf(first).appendToStream(stream, events(2), { expectedRevision: 'no_stream' });
    const news = storeNews();
    const starting = start(news.onStore);
    await news.said('waiting');
    await clientOf(first).appendToStream(stream, events(1), { expectedRevision: 1n });
    await stop(first);
    const client = clientOf(await starting);
    expect(await read(client, stream)).toEqual([0n, 1n, 2n]);
    await client.appendToStream(stream, events(1), { expectedRevision: 2n });
  });

  test('a node whose lock went to somebody else writes nothing until it has it again', async () => {
    const news = storeNews();
    const client = clientOf(await start(news.onStore));
    const stream = newStream();
    await client.appendToStream(stream, events(1), { expectedRevision: 'no_stream' });

    const admin = createPool({ url, max: 2, applicationName: 'event-node-spec' });
    await admin.withConnection(async (other) => {
      // It stands in line before the lock is free, so PostgreSQL gives the lock to nobody else.
      const takesLock = other.query('select pg_advisory_lock($1)', [writerLock]);
      await untilRow(admin, `select 1 from pg_locks where locktype = 'advisory' and not granted`);
      await admin.query(
        `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database =
           (select oid from pg_database where datname = current_database())`,
        [],
      );
      await takesLock;
      await Promise.all([news.said('lost'), news.said('waiting')]);
      await expect(client.appendToStream(stream, events(1), { expectedRevision: 0n })).rejects.toMatchObject({
        type: 'unavailable',
      });
      await other.query('select pg_advisory_unlock_all()');
    });
    await admin.end();
    await news.said('recovered');
    await client.appendToStream(stream, events(1), { expectedRevision: 0n });
    expect(await read(client, stream)).toEqual([0n, 1n]);
  });
});

describe('when PostgreSQL goes away', () => {
  test('appends and reads answer unavailable, and all is well when it is back', async () => {
    const news = storeNews();
    const node = await start(news.onStore);
    const client = clientOf(node);
    const stream = newStream();
    const retried = event();
    await client.appendToStream(stream, events(2), { expectedRevision: 'no_stream' });

    await postgres.restart(async () => {
      await news.said('lost');
      await expect(client.appendToStream(stream, retried, { expectedRevision: 1n })).rejects.toMatchObject({
        type: 'unavailable',
      });
      await expect(collect(client.readStream(newStream()))).rejects.toMatchObject({ type: 'unavailable' });
    });
    await news.said('recovered');

    expect(await client.appendToStream(stream, retried, { expectedRevision: 1n })).toMatchObject({
      nextExpectedRevision: 2n,
    });
    expect(await read(client, stream)).toEqual([0n, 1n, 2n]);
  });

  test('a subscription that was waiting goes on without a gap', async () => {
    const news = storeNews();
    const node = await start(news.onStore);
    const client = clientOf(node);
    const stream = newStream();
    await client.appendToStream(stream, events(2), { expectedRevision: 'no_stream' });
    const other = clientOf(node);
    const subscription = other.subscribeToAll({ fromPosition: 'start' });
    const seen: (bigint | undefined)[] = [];
    const three = new Promise<void>((resolve, reject) => {
      subscription.on('error', reject);
      subscription.on('data', ({ event: e }) => {
        if (e?.streamId === stream) seen.push(e.revision);
        if (seen.length === 3) resolve();
      });
    });
    await new Promise<void>((resolve) => subscription.on('caughtUp', resolve));
    await postgres.restart(() => news.said('lost'));
    await news.said('recovered');
    await client.appendToStream(stream, events(1), { expectedRevision: 1n });
    await three;
    expect(seen).toEqual([0n, 1n, 2n]);
    await subscription.unsubscribe();
  });
});
