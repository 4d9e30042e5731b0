import { startEventNode, type EventNode } from '@annals/event-node';
import { connectEventStore } from './connect.js';
import type { EventStore } from './event-store.js';
import { accountId, notebook, notebookEvents, open, ownerId, write } from './example-notebook.js';
import { uuidv7 } from './ids.js';
import { comparePositions, type Position } from './position.js';
import { isSealed } from './sealing.js';
import { subjectKeysInMemory, type SubjectKeysInMemory } from './subject-keys-in-memory.js';
import type { Batch, SubscribeOptions, SubscriptionState } from './subscription.js';

let node: EventNode;
let keys: SubjectKeysInMemory;
let store: EventStore;

beforeEach(async () => {
  node = await startEventNode({ store: 'memory' });
  keys = subjectKeysInMemory();
  store = connectEventStore({ url: node.url, events: notebookEvents, keys });
});
afterEach(async () => {
  await store.close();
  await node.stop();
});

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** A reader that stores its checkpoint with what it read, as a projection does. */
function reader(part: Partial<SubscribeOptions> = {}) {
  const texts: unknown[] = [];
  const batches: Batch[] = [];
  const states: SubscriptionState[] = [];
  let checkpoint: Position | null = null;
  const options: SubscribeOptions = {
    name: 'reader',
    categories: ['notebook'],
    from: async () => checkpoint,
    handle: async (batch) => {
      batches.push(batch);
      for (const event of batch.events) texts.push(event.data.text ?? event.data.title);
      checkpoint = batch.checkpoint;
    },
    onState: (state) => states.push(state),
    ...part,
  };
  return { options, texts, batches, states, checkpoint: () => checkpoint };
}

const notes = async (from: number, to: number, id = uuidv7()): Promise<string[]> => {
  const texts = Array.from({ length: to - from }, (_, n) => `${from + n}`);
  for (const text of texts) await store.execute(notebook, id, write(text));
  return texts;
};

describe('subscribe', () => {
  it('hands over everything from the beginning, in order, then what comes', async () => {
    const before = await notes(0, 20);
    const { options, texts, states } = reader();
    const subscription = store.subscribe(options);
    expect(subscription.state()).toMatchObject({ status: 'connecting', position: null });
    await subscription.caughtUp();
    expect(texts).toEqual(before);
    expect(subscription.state()).toMatchObject({ status: 'live', events_handled: 20, restarts: 0 });
    const after = await notes(20, 30);
    await subscription.caughtUp();
    expect(texts).toEqual([...before, ...after]);
    await subscription.stop();
    expect(subscription.state().status).toBe('stopped');
    expect(states.map((state) => state.status)).toEqual(expect.arrayContaining(['catching-up', 'live', 'stopped']));
  });

  it('goes on after the stored checkpoint', async () => {
    await notes(0, 5);
    const { options, texts } = reader();
    const first = store.subscribe(options);
    await first.caughtUp();
    await first.stop();
    await notes(5, 8);
    const second = store.subscribe(options);
    await second.caughtUp();
    expect(texts).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  it('hands over no more than the batch limit at once', async () => {
    await notes(0, 25);
    const { options, batches } = reader({ batch: { maxEvents: 10 } });
    const subscription = store.subscribe(options);
    await subscription.caughtUp();
    expect(Math.max(...batches.map((batch) => batch.events.length))).toBeLessThanOrEqual(10);
    expect(batches.flatMap((batch) => batch.events)).toHaveLength(25);
  });

  it('gathers into one batch what arrives while a handler is busy', async () => {
    let release = (): void => undefined;
    const busy = new Promise<void>((resolve) => (release = resolve));
    const sizes: number[] = [];
    const { options } = reader({
      handle: async ({ events }) => {
        if (events.length === 0) return;
        sizes.push(events.length);
        if (sizes.length === 1) await busy;
      },
    });
    const subscription = store.subscribe(options);
    await subscription.caughtUp();
    await notes(0, 100);
    release();
    await subscription.caughtUp();
    expect(sizes.reduce((a, b) => a + b)).toBe(100);
    expect(sizes.length).toBeLessThan(20);
  });

  it('moves its checkpoint past events of types it does not want, and of other categories', async () => {
    const id = uuidv7();
    await store.execute(notebook, id, open('Travels'));
    await notes(0, 3, id);
    const { options, texts, checkpoint } = reader({ types: ['NotebookOpened'] });
    const subscription = store.subscribe(options);
    await subscription.caughtUp();
    expect(texts).toEqual(['Travels']);
    const { position } = await store.load(notebook, id);
    expect(comparePositions(checkpoint()!, position!)).toBe(0);
    const foreign = reader({ categories: ['diary'] });
    const other = store.subscribe(foreign.options);
    await other.caughtUp();
    expect(foreign.texts).toEqual([]);
    expect(foreign.checkpoint()).not.toBeNull();
  });

  it('does not bother a lazy one with events of types it does not want, and still knows where it is', async () => {
    const id = uuidv7();
    const { options, batches, texts } = reader({ types: ['NotebookOpened'], lazyCheckpoint: true });
    const subscription = store.subscribe(options);
    await subscription.caughtUp();
    const handed = batches.length;
    await store.execute(notebook, id, open('Travels'));
    await notes(0, 20, id);
    await subscription.caughtUp();
    expect(texts).toEqual(['Travels']);
    // Its place is handed on now and then, not with every event.
    expect(batches.length - handed).toBeLessThan(10);
    const { position } = await store.load(notebook, id);
    expect(comparePositions(subscription.state().position!, position!)).toBe(0);
  });

  it('hands over sealed values when asked not to open them', async () => {
    await notes(0, 1);
    const { options, batches } = reader({ open: false });
    const subscription = store.subscribe(options);
    await subscription.caughtUp();
    const [event] = batches.flatMap((batch) => batch.events);
    expect(isSealed(event!.data.text)).toBe(true);
    expect((await store.open(event!)).data.text).toBe('0');
  });

  it('carries who, for which account, why and when with every event', async () => {
    await notes(0, 1);
    const { options, batches } = reader();
    await store.subscribe(options).caughtUp();
    const [event] = batches.flatMap((batch) => batch.events);
    expect(event!.metadata).toMatchObject({
      $correlationId: 'correlation-1',
      $causationId: 'causation-1',
      account_id: accountId,
      actor: { user_id: ownerId, kind: 'user', on_behalf_of: null },
      request_id: 'request-1',
      schema_version: 1,
      occurred_at: '2026-01-01T00:00:00.000Z',
      client: { ip: expect.stringMatching(/^v1\./) as string, user_agent: 'spec' },
    });
  });

  it('tries a failed batch again from the stored checkpoint, and says so', async () => {
    await notes(0, 5);
    let failures = 0;
    const inner = reader();
    const subscription = store.subscribe({
      ...inner.options,
      handle: async (batch) => {
        if (failures++ < 3) throw new Error('the database is down');
        await inner.options.handle(batch);
      },
    });
    await subscription.caughtUp();
    expect(inner.texts).toEqual(['0', '1', '2', '3', '4']);
    const backingOff = inner.states.filter((state) => state.status === 'backing-off');
    expect(backingOff).toHaveLength(3);
    expect(backingOff[0]!.error!.message).toBe('the database is down');
    expect(subscription.state().error).toBeUndefined();
  });

  it('halts on a batch that keeps failing, and never skips it', async () => {
    await notes(0, 1);
    const halted = deferred<SubscriptionState>();
    const inner = reader();
    const subscription = store.subscribe({
      ...inner.options,
      handle: async () => {
        throw new Error('poison');
      },
      onState: (state) => {
        if (state.status === 'halted') halted.resolve(state);
      },
    });
    expect(await halted.promise).toMatchObject({ error: { message: 'poison' }, events_handled: 0, position: null });
    await subscription.stop();
  });

  it('stops when its signal is raised, after the running handler has ended', async () => {
    const signal = new AbortController();
    const started = deferred<void>();
    const release = deferred<void>();
    let ended = false;
    const { options } = reader({
      signal: signal.signal,
      handle: async ({ events }) => {
        if (events.length === 0) return;
        started.resolve();
        await release.promise;
        ended = true;
      },
    });
    const subscription = store.subscribe(options);
    await notes(0, 1);
    await started.promise;
    signal.abort();
    const stopped = subscription.stop();
    release.resolve();
    await stopped;
    expect(ended).toBe(true);
    await expect(subscription.caughtUp()).rejects.toMatchObject({ code: 'subscription-stopped' });
  });
});
