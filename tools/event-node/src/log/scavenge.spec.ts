import { randomUUID } from 'node:crypto';
import { type Store } from './store.js';
import { memoryStore } from '../stores/memory-store.js';
import { postgresStore } from '../stores/postgres-store.js';
import { type ThrowAwayPostgres, throwAwayPostgres } from '../throw-away-postgres.js';
import { type EventLog, openEventLog } from './event-log.js';
import { scavenge } from './scavenge.js';

const day = 86_400_000;
let postgres: ThrowAwayPostgres;
beforeAll(async () => {
  postgres = await throwAwayPostgres();
});
afterAll(() => postgres.stop());

const stores: [string, () => Promise<Store>][] = [
  ['memory', async () => memoryStore()],
  ['PostgreSQL', async () => postgresStore(await postgres.database())],
];

describe.each(stores)('scavenging the %s store', (_, open) => {
  let log: EventLog;
  let now = Date.now();
  beforeEach(async () => {
    now = Date.now();
    log = await openEventLog({ store: await open(), now: () => now });
  });
  afterEach(() => log.close());

  async function write(stream: string, count: number, json = '{}'): Promise<void> {
    const events = Array.from({ length: count }, () => ({
      id: randomUUID(),
      type: stream.startsWith('$$') ? '$metadata' : 'happened',
      isJson: true,
      data: Buffer.from(json),
      metadata: Buffer.alloc(0),
    }));
    await log.write({ stream, expected: { kind: 'any' }, intent: { kind: 'append', events } });
  }
  const left = async (stream: string) =>
    (await log.store.readAll(0, 'forwards', 1_000))
      .filter((event) => event.stream === stream)
      .map((event) => event.revision);

  test('removes what $tb and $maxCount hide, from $all too', async () => {
    await write('truncated', 5);
    await write('$$truncated', 1, '{"$tb":3}');
    await write('counted', 5);
    await write('$$counted', 1, '{"$maxCount":2}');
    await write('free', 5);
    expect(await scavenge(log)).toBe(6);
    expect(await left('truncated')).toEqual([3, 4]);
    expect(await left('counted')).toEqual([3, 4]);
    expect(await left('free')).toEqual([0, 1, 2, 3, 4]);
  });

  test('removes what $maxAge hides', async () => {
    await write('aging', 3);
    await write('$$aging', 1, '{"$maxAge":60}');
    now += day;
    await write('aging', 2);
    expect(await scavenge(log)).toBe(3);
    expect(await left('aging')).toEqual([3, 4]);
  });

  test('of a deleted stream keeps the last event, so that revisions are never given again', async () => {
    await write('deleted', 4);
    await log.write({ stream: 'deleted', expected: { kind: 'any' }, intent: { kind: 'delete' } });
    expect(await scavenge(log)).toBe(3);
    expect(await left('deleted')).toEqual([3]);
    log.states.forget();
    await write('deleted', 1);
    expect(await left('deleted')).toEqual([3, 4]);
  });

  test('of a tombstoned stream keeps the tombstone alone', async () => {
    await write('dead', 4);
    await log.write({ stream: 'dead', expected: { kind: 'any' }, intent: { kind: 'tombstone' } });
    expect(await scavenge(log)).toBe(4);
    expect(await left('dead')).toEqual([Number.MAX_SAFE_INTEGER]);
  });

  test('removes metadata that newer metadata replaces', async () => {
    await write('$$described', 3, '{"colour":"green"}');
    expect(await scavenge(log)).toBe(2);
    expect(await left('$$described')).toEqual([2]);
  });

  test('once more finds nothing to do', async () => {
    await write('counted', 9);
    await write('$$counted', 1, '{"$maxCount":1}');
    await scavenge(log);
    expect(await scavenge(log)).toBe(0);
  });

  test('passes over more streams than fit one page', async () => {
    await Promise.all(Array.from({ length: 1_100 }, (_, n) => write(`many-${n.toString()}`, 1)));
    await write('zz-last', 3);
    await write('$$zz-last', 1, '{"$maxCount":1}');
    expect(await scavenge(log)).toBe(2);
  });
});
