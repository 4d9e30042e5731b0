import { freePort } from '@annals/embedded-postgres';
import { startEventNode, type EventNode } from '@annals/event-node';
import { connectEventStore } from './connect.js';
import type { EventStore, EventStoreOptions } from './event-store.js';
import { notebook, notebookEvents, open, write, written } from './example-notebook.js';
import { startFaultyRelay, type FaultyRelay } from './faulty-relay.js';
import { streamName, uuidv7 } from './ids.js';
import { comparePositions, type Position } from './position.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';
import type { SubscribeOptions, Subscription } from './subscription.js';

// What the official client does that nobody expects, as measured; each trap with the defence that holds against it.

let node: EventNode;
let relay: FaultyRelay;
let store: EventStore;
const keys = subjectKeysInMemory();
const connect = (part: Partial<EventStoreOptions> = {}): EventStore =>
  connectEventStore({
    url: relay.url,
    events: notebookEvents,
    keys,
    appendTimeoutMs: 20_000,
    readTimeoutMs: 20_000,
    ...part,
  });
/** For what is never answered: it is over then. */
const soon = { appendTimeoutMs: 2_000, readTimeoutMs: 2_000 };

beforeEach(async () => {
  node = await startEventNode({ store: 'memory' });
  // One that nobody else gets while the relay is away.
  relay = await startFaultyRelay(node.port, await freePort());
  store = connect();
});
afterEach(async () => {
  await store.close();
  relay.stop();
  await node.stop();
});

const texts = async (id: string): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const event of store.readStream(streamName('notebook', id))) found.push(event.data.text);
  return found;
};
const conditionHolds = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

interface Follower {
  subscription: Subscription;
  texts: unknown[];
}
function follow(part: Partial<SubscribeOptions> = {}, by = store): Follower {
  const seen: unknown[] = [];
  let checkpoint: Position | null = null;
  const subscription = by.subscribe({
    name: 'follower',
    categories: ['notebook'],
    from: async () => checkpoint,
    handle: async (batch) => {
      for (const event of batch.events) seen.push(event.data.text);
      checkpoint = batch.checkpoint;
    },
    ...part,
  });
  return { subscription, texts: seen };
}

it('trap 1: a checkpoint never runs ahead of the handler', async () => {
  const id = uuidv7();
  const positions: Position[] = [];
  for (let n = 0; n < 120; n++) positions.push((await store.execute(notebook, id, write(`${n}`))).position!);
  const handled: Position[] = [];
  const skipped: Position[] = [];
  const { subscription } = follow({
    batch: { maxEvents: 7 },
    handle: async ({ events, checkpoint }) => {
      handled.push(...events.map((event) => event.position));
      const known = new Set(handled.map((position) => position.commit));
      const passed = positions.filter((position) => comparePositions(position, checkpoint) <= 0);
      skipped.push(...passed.filter((position) => !known.has(position.commit)));
    },
  });
  await subscription.caughtUp();
  expect(handled).toHaveLength(120);
  expect(skipped).toEqual([]);
});

it('trap 2: a clean end by the server is a drop', async () => {
  const id = uuidv7();
  await store.execute(notebook, id, write('before'));
  const { subscription, texts: seen } = follow();
  await subscription.caughtUp();
  relay.endCleanly('read');
  await conditionHolds(() => subscription.state().restarts === 1);
  await store.execute(notebook, id, write('after'));
  await subscription.caughtUp();
  expect(seen).toEqual(['before', 'after']);
});

it('a subscription whose server dies goes on from its checkpoint', async () => {
  const id = uuidv7();
  const { subscription, texts: seen } = follow();
  await store.execute(notebook, id, write('before'));
  await subscription.caughtUp();
  relay.fail('read');
  await conditionHolds(() => subscription.state().restarts === 1);
  await store.execute(notebook, id, write('after'));
  await subscription.caughtUp();
  expect(seen).toEqual(['before', 'after']);
});

it('trap 3: a handler that throws ends in another try, not in a hang', async () => {
  const id = uuidv7();
  await store.execute(notebook, id, write('one'));
  let tries = 0;
  const seen: unknown[] = [];
  const { subscription } = follow({
    from: async () => null,
    handle: async ({ events }) => {
      tries += 1;
      if (tries === 1) throw new Error('the database is down');
      seen.push(...events.map((event) => event.data.text));
    },
    onState: () => {
      throw new Error('an observer is broken too');
    },
  });
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
  await subscription.caughtUp();
  expect(seen).toEqual(['one']);
  expect(warned).toHaveBeenCalledWith(expect.objectContaining({ message: 'an observer is broken too' }));
  await subscription.stop();
  warned.mockRestore();
});

it('trap 4: handlers run one at a time and in order', async () => {
  const id = uuidv7();
  for (let n = 0; n < 40; n++) await store.execute(notebook, id, write(`${n}`));
  let running = 0;
  let most = 0;
  const seen: unknown[] = [];
  const { subscription } = follow({
    batch: { maxEvents: 3 },
    handle: async ({ events }) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(...events.map((event) => event.data.text));
      running -= 1;
    },
  });
  await subscription.caughtUp();
  expect(most).toBe(1);
  expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => `${n}`));
});

it('trap 5: leaving the loop ends the call at the server', async () => {
  const id = uuidv7();
  for (let n = 0; n < 5; n++) await store.execute(notebook, id, write(`${n}`));
  const { subscription } = follow();
  await subscription.caughtUp();
  await conditionHolds(() => relay.open('read') === 1);
  await subscription.stop();
  for await (const _event of store.readAll()) break;
  await conditionHolds(() => relay.open('read') === 0);
});

it('trap 6: all stores of a process share one append stream, so an error on one cannot take answers from another', async () => {
  const other = connect();
  await Promise.all([store.execute(notebook, uuidv7(), write('a')), other.execute(notebook, uuidv7(), write('b'))]);
  expect(relay.made('append')).toBe(1);
  await other.close();
  await store.execute(notebook, uuidv7(), write('c'));
  expect(relay.made('append')).toBe(1);
});

it('trap 6: an append that is rejected for another one’s error is sent again and lands once', async () => {
  const ids = Array.from({ length: 10 }, () => uuidv7());
  await store.execute(notebook, uuidv7(), write('warm'));
  relay.silence('append', true, true);
  const writes = ids.map((id) => store.execute(notebook, id, write('once')));
  await conditionHolds(() => relay.held('append') === 10);
  relay.silence('append', false);
  relay.fail('append');
  for (const outcome of await Promise.all(writes)) expect(outcome.kind).toBe('appended');
  for (const id of ids) expect(await texts(id)).toEqual(['once']);
});

it('trap 7: an append in flight when the server ends the call is sent again, and lands once', async () => {
  const id = uuidv7();
  const impatient = connect(soon);
  await impatient.execute(notebook, id, open('Travels'));
  relay.silence('append', true, true);
  const writing = impatient.execute(notebook, id, write('once'));
  await conditionHolds(() => relay.held('append') === 1);
  relay.endCleanly('append');
  relay.silence('append', false);
  expect(await writing).toMatchObject({ kind: 'appended', revision: 1n });
  expect(await texts(id)).toEqual([undefined, 'once']);
  expect(await impatient.execute(notebook, id, write('next'))).toMatchObject({ revision: 2n });
  await impatient.close();
});

it('an append whose answer never comes is sent again by itself, and lands once', async () => {
  const id = uuidv7();
  const impatient = connect(soon);
  await impatient.execute(notebook, id, open('Travels'));
  relay.silence('append', true, true);
  const writing = impatient.execute(notebook, id, write('once'));
  await conditionHolds(() => relay.made('append') === 2);
  relay.silence('append', false);
  const outcome = await writing;
  expect(outcome).toMatchObject({ kind: 'appended', revision: 1n });
  expect(outcome.position).toEqual((await store.load(notebook, id)).position);
  expect(await texts(id)).toEqual([undefined, 'once']);
  await impatient.close();
});

it('an append that is never answered ends with 503 after a bounded wait, and its repetition is recognised', async () => {
  const id = uuidv7();
  const impatient = connect(soon);
  await impatient.execute(notebook, id, open('Travels'));
  relay.silence('append', true, true);
  const once = write('once');
  await expect(impatient.execute(notebook, id, once)).rejects.toMatchObject({
    status: 503,
    code: 'event-store-unavailable',
    headers: { 'retry-after': '1' },
  });
  relay.silence('append', false);
  expect(await impatient.execute(notebook, id, once)).toMatchObject({ kind: 'replayed', revision: 1n });
  expect(await texts(id)).toEqual([undefined, 'once']);
  await impatient.close();
});

it('a repetition that another process writes at another time is recognised, not taken for the first', async () => {
  const id = uuidv7();
  const other = connect();
  await store.execute(notebook, id, open('Travels'));
  const once = write('first', { hash: 'h' });
  await other.load(notebook, id);
  const first = await store.execute(notebook, id, once);
  const later = { ...once, now: '2026-01-01T00:00:09.000Z' };
  expect(await other.execute(notebook, id, later)).toMatchObject({
    kind: 'replayed',
    events: [{ id: first.events[0]!.id }],
  });
  await other.close();
});

it('trap 8: failed appends stay errors, whatever the URL says', () => {
  expect(() => connect({ url: `${relay.url}&throwOnAppendFailure=false` })).toThrow('throwOnAppendFailure');
});

it('trap 9: a burst that meets a dying connection ends in answers, not in an unhandled rejection', async () => {
  await store.execute(notebook, uuidv7(), write('warm'));
  relay.silence('append', true, true);
  const ids = Array.from({ length: 300 }, () => uuidv7());
  const writes = ids.map((id) =>
    store.execute(notebook, id, { ...write(''), decide: () => [written(0, 'x'.repeat(20_000))] }),
  );
  await conditionHolds(() => relay.held('append') > 0);
  relay.fail('append');
  relay.silence('append', false);
  const outcomes = await Promise.allSettled(writes);
  for (const [n, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') expect((await store.load(notebook, ids[n]!)).revision).toBe(0n);
    else expect(outcome.reason).toMatchObject({ code: 'event-store-unavailable' });
  }
});

it('a subscription that falls silent while events wait is restarted', async () => {
  const id = uuidv7();
  const errors: string[] = [];
  const impatient = connect(soon);
  const { subscription, texts: seen } = follow(
    { watchdogMs: 60, onState: ({ error }) => void (error && errors.push(error.message)) },
    impatient,
  );
  await store.execute(notebook, id, write('before'));
  await subscription.caughtUp();
  // The subscription's own call stays dumb: the watchdog's reads are answered.
  relay.deafen('read');
  await store.execute(notebook, id, write('missed'));
  await conditionHolds(() => seen.length === 2);
  expect(errors).toContain('The subscription fell silent while events were waiting');
  await impatient.close();
});

it('a quiet subscription with nothing to say is left alone', async () => {
  await store.execute(notebook, uuidv7(), write('one'));
  const { subscription } = follow({ watchdogMs: 200 });
  await subscription.caughtUp();
  const readsBefore = relay.made('read');
  await conditionHolds(() => relay.made('read') > readsBefore + 5);
  expect(subscription.state()).toMatchObject({ status: 'live', restarts: 0 });
});

it('a read that is never answered ends with 503 after a bounded wait', async () => {
  const impatient = connect(soon);
  relay.silence('read', true, true);
  await expect(impatient.load(notebook, uuidv7())).rejects.toMatchObject({
    status: 503,
    code: 'event-store-unavailable',
  });
  await expect(impatient.ping()).rejects.toMatchObject({ code: 'event-store-unavailable' });
  relay.silence('read', false);
  await impatient.ping();
  await impatient.close();
});

it('a read that breaks on the way goes on where it broke', async () => {
  const id = uuidv7();
  await store.execute(notebook, id, {
    ...write(''),
    decide: () => Array.from({ length: 300 }, (_, n) => written(n, `${n}`)),
  });
  const seen: unknown[] = [];
  for await (const event of store.readStream(streamName('notebook', id))) {
    if (seen.length === 100) relay.fail('read');
    seen.push(event.data.text);
  }
  expect(seen).toEqual(Array.from({ length: 300 }, (_, n) => `${n}`));
});

it('a slow reader is no broken server', async () => {
  const patient = connect(soon);
  const id = uuidv7();
  for (let n = 0; n < 3; n++) await patient.execute(notebook, id, write(`${n}`));
  let looks = 0;
  // The watch over a silent server goes by an interval.
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout', 'Date'],
  });
  try {
    for await (const _event of patient.readStream(streamName('notebook', id))) {
      looks += 1;
      if (looks === 1) jest.advanceTimersByTime(5 * soon.readTimeoutMs);
    }
  } finally {
    jest.useRealTimers();
  }
  expect(looks).toBe(3);
  await patient.close();
});

it('recovers without a restart when the node comes back', async () => {
  const id = uuidv7();
  const impatient = connect(soon);
  const { subscription, texts: seen } = follow();
  await store.execute(notebook, id, write('before'));
  await subscription.caughtUp();
  const port = Number(new URL(relay.url.replace('esdb', 'http')).port);
  relay.stop();
  const refused = { status: 503, code: 'event-store-unavailable' };
  await expect(impatient.execute(notebook, id, write('lost'))).rejects.toMatchObject(refused);
  await expect(impatient.load(notebook, id)).rejects.toMatchObject(refused);
  relay = await startFaultyRelay(node.port, port);
  const retried = async (): Promise<unknown> => impatient.execute(notebook, id, write('after')).catch(retried);
  await retried();
  await conditionHolds(() => seen.length === 2);
  expect(seen).toEqual(['before', 'after']);
  await impatient.close();
});
