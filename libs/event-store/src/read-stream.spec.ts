import { startEventNode, type EventNode } from '@annals/event-node';
import { connectEventStore } from './connect.js';
import type { EventStore } from './event-store.js';
import { command, notebook, notebookEvents, written } from './example-notebook.js';
import { uuidv7 } from './ids.js';
import type { StoredEvent } from './stored-event.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';

let node: EventNode;
let store: EventStore;
const id = uuidv7();
const stream = `notebook-${id}`;

beforeAll(async () => {
  node = await startEventNode({ store: 'memory' });
  store = connectEventStore({ url: node.url, events: notebookEvents, keys: subjectKeysInMemory() });
  await store.execute(
    notebook,
    id,
    command(() => Array.from({ length: 10 }, (_, n) => written(n, `${n}`))),
  );
});
afterAll(async () => {
  await store.close();
  await node.stop();
});

const numbers = async (events: AsyncIterable<StoredEvent>): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const event of events) found.push(event.data.number);
  return found;
};

describe('readStream', () => {
  it.each([
    [{}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [{ from: 7n }, [7, 8, 9]],
    [{ to: 2n }, [0, 1, 2]],
    [{ from: 3n, to: 5n }, [3, 4, 5]],
    [{ from: 5n, to: 4n }, []],
    [{ from: 20n }, []],
    [{ limit: 2 }, [0, 1]],
    [{ limit: 0 }, []],
    [{ backwards: true }, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    [{ backwards: true, limit: 1 }, [9]],
    [{ backwards: true, from: 3n }, [3, 2, 1, 0]],
    [{ backwards: true, from: 5n, to: 4n }, [5, 4]],
    [{ backwards: true, to: 8n }, [9, 8]],
  ])('with %p yields %p', async (options, expected) => {
    expect(await numbers(store.readStream(stream, options))).toEqual(expected);
  });

  it('yields nothing for a stream that does not exist', async () => {
    expect(await numbers(store.readStream('notebook-none'))).toEqual([]);
    expect(await numbers(store.readStream('notebook-none', { backwards: true }))).toEqual([]);
  });
});

describe('readAll', () => {
  const ours = (events: AsyncIterable<StoredEvent>): Promise<unknown[]> => numbers(events);

  it('yields everything in order without the store’s own events', async () => {
    expect(await ours(store.readAll())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await ours(store.readAll({ backwards: true }))).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(await ours(store.readAll({ limit: 3, open: false }))).toEqual([0, 1, 2]);
    expect(await ours(store.readAll({ limit: 0 }))).toEqual([]);
  });

  it('starts at a position, inclusive forwards and exclusive backwards', async () => {
    const positions: StoredEvent['position'][] = [];
    for await (const event of store.readAll()) positions.push(event.position);
    expect(await ours(store.readAll({ from: positions[7]! }))).toEqual([7, 8, 9]);
    expect(await ours(store.readAll({ from: positions[2]!, backwards: true }))).toEqual([1, 0]);
  });
});
