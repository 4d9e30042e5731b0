import { startEventNode, type EventNode } from '@annals/event-node';
import { connectEventStore } from './connect.js';
import type { EventStore } from './event-store.js';
import { notebook, notebookEvents, write } from './example-notebook.js';
import { uuidv7 } from './ids.js';
import type { Position } from './position.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';

let node: EventNode;
let store: EventStore;

beforeEach(async () => {
  node = await startEventNode({ store: 'memory' });
  store = connectEventStore({ url: node.url, events: notebookEvents, keys: subjectKeysInMemory() });
});
afterEach(async () => {
  await store.close();
  await node.stop();
});

async function textsOf(stream: string): Promise<unknown[]> {
  const texts: unknown[] = [];
  for await (const { data } of store.readStream(stream)) texts.push(data.text);
  return texts;
}

describe('a removed stream', () => {
  it('is gone for readers, folds and writers', async () => {
    const id = uuidv7();
    await store.execute(notebook, id, write('secret'));
    expect(await textsOf(`notebook-${id}`)).toEqual(['secret']);
    await store.removeStream(`notebook-${id}`);
    const gone = { status: 410, code: 'stream-deleted' };
    await expect(textsOf(`notebook-${id}`)).rejects.toMatchObject(gone);
    await expect(store.load(notebook, id)).rejects.toMatchObject(gone);
    await expect(store.execute(notebook, id, write('again'))).rejects.toMatchObject(gone);
  });

  it('may be removed again, and one that never was too', async () => {
    const id = uuidv7();
    await store.execute(notebook, id, write('secret'));
    for (const stream of [`notebook-${id}`, `notebook-${id}`, `notebook-${uuidv7()}`, `notebook-${uuidv7()}`]) {
      await store.removeStream(stream);
    }
  });

  it('tells its followers nothing that happened, and lets them go on', async () => {
    const [removed, other] = [uuidv7(), uuidv7()];
    const texts: unknown[] = [];
    let checkpoint: Position | null = null;
    await store.execute(notebook, removed, write('one'));
    await store.removeStream(`notebook-${removed}`);
    await store.execute(notebook, other, write('two'));
    const reading = store.subscribe({
      name: 'reader',
      categories: ['notebook'],
      from: async () => checkpoint,
      handle: async (batch) => {
        texts.push(...batch.events.map(({ type, data }) => [type, data.text]));
        checkpoint = batch.checkpoint;
      },
    });
    await reading.caughtUp();
    await store.removeStream(`notebook-${other}`);
    await store.execute(notebook, uuidv7(), write('three'));
    await reading.caughtUp();
    await reading.stop();
    expect(texts).toEqual(['one', 'two', 'three'].map((text) => ['NoteWritten', text]));
  });

  it('is not removed by a store that is away, which is told after a bounded wait', async () => {
    await node.stop();
    await expect(store.removeStream(`notebook-${uuidv7()}`)).rejects.toMatchObject({
      status: 503,
      code: 'event-store-unavailable',
    });
  });
});
