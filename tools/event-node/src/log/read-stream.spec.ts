import { randomUUID } from 'node:crypto';
import { memoryStore } from '../stores/memory-store.js';
import { type EventLog, openEventLog } from './event-log.js';
import { lookUpStream, readStream } from './read-stream.js';

let now = 1_000_000;
let reads = 0;
let log: EventLog;

beforeEach(async () => {
  now = 1_000_000;
  const store = memoryStore();
  log = await openEventLog({
    store: {
      ...store,
      readStream: (...range) => {
        reads += 1;
        return store.readStream(...range);
      },
    },
    now: () => now,
  });
});

async function write(stream: string, count: number, json = '{}'): Promise<void> {
  const events = Array.from({ length: count }, () => ({
    id: randomUUID(),
    type: 'happened',
    isJson: true,
    data: Buffer.from(json),
    metadata: Buffer.alloc(0),
  }));
  await log.write({ stream, expected: { kind: 'any' }, intent: { kind: 'append', events } });
}

async function read(stream: string, from: number, direction: 'forwards' | 'backwards'): Promise<number[]> {
  const presence = await lookUpStream(log, stream);
  if (presence.kind !== 'found') return [];
  const revisions: number[] = [];
  for await (const page of readStream(log, stream, presence.state, from, direction)) {
    revisions.push(...page.map((event) => event.revision));
  }
  return revisions;
}

test('$maxAge hides what is too old, as time goes by', async () => {
  await write('aging', 2);
  await write('$$aging', 1, '{"$maxAge":60}');
  now += 30_000;
  await write('aging', 2);
  expect(await read('aging', 0, 'forwards')).toEqual([0, 1, 2, 3]);
  now += 31_000;
  expect(await read('aging', 0, 'forwards')).toEqual([2, 3]);
  expect(await read('aging', 9, 'backwards')).toEqual([3, 2]);
  now += 60_000;
  expect(await read('aging', 0, 'forwards')).toEqual([]);
});

test('pages of old events do not end a read before the young ones', async () => {
  await write('aging', 100);
  await write('$$aging', 1, '{"$maxAge":60}');
  now += 90_000;
  await write('aging', 2);
  expect(await read('aging', 0, 'forwards')).toEqual([100, 101]);
});

test('a read past the known end asks nobody: a cached fold finds out for free that it is current', async () => {
  await write('folded', 3);
  reads = 0;
  expect(await read('folded', 3, 'forwards')).toEqual([]);
  expect(reads).toBe(0);
});

test('metadata that is no JSON object sets no rules', async () => {
  await write('odd', 3);
  for (const json of ['nonsense', '[1]', 'null', '{"$maxCount":"many","$tb":-4}']) {
    await write('$$odd', 1, json);
    expect(await read('odd', 0, 'forwards')).toEqual([0, 1, 2]);
  }
});
