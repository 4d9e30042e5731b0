import { randomUUID } from 'node:crypto';
import { memoryStore } from '../stores/memory-store.js';
import { type Expected } from './check-append.js';
import { StoreUnavailable } from './errors.js';
import { type EventLog, openEventLog, type StoreState } from './event-log.js';
import { type ProposedEvent, type RecordedEvent } from './event.js';
import { followAll } from './follow.js';
import { type Store, type StoreWatch } from './store.js';

const proposed = (id = randomUUID()): ProposedEvent => ({
  id,
  type: 'happened',
  isJson: true,
  data: Buffer.from('{}'),
  metadata: Buffer.alloc(0),
});
const at = (revision: number): Expected => ({ kind: 'revision', revision, text: revision.toString() });
const noStream: Expected = { kind: 'no_stream' };
const any: Expected = { kind: 'any' };

/** A store whose appends can be held up, made to fail, or made to fail after they became durable. */
function troubledStore() {
  const store = memoryStore();
  const appends: RecordedEvent[][] = [];
  let mode: 'fine' | 'fails' | 'fails-after' = 'fine';
  let reachable = true;
  let watch: StoreWatch | undefined;
  let gate = Promise.resolve();
  const troubled: Store = {
    ...store,
    open: (given) => {
      watch = given;
      return reachable ? store.open(given) : Promise.reject(new Error('unreachable'));
    },
    append: async (events) => {
      appends.push([...events]);
      await gate;
      if (mode === 'fails') throw new Error('connection lost');
      await store.append(events);
      if (mode === 'fails-after') throw new Error('connection lost while committing');
    },
  };
  return {
    store: troubled,
    appends,
    lose: () => watch?.lost(new Error('heartbeat failed')),
    set: (next: typeof mode) => {
      mode = next;
    },
    reach: (yes: boolean) => {
      reachable = yes;
    },
    hold: () => {
      let open: () => void = () => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => {
        open();
      };
    },
  };
}

/** A log that tells when it is back. */
async function openLog(store: Store) {
  const told: StoreState['kind'][] = [];
  let back: () => void = () => undefined;
  const recovered = new Promise<void>((resolve) => {
    back = resolve;
  });
  const log = await openEventLog({
    store,
    onStore: ({ kind }) => {
      told.push(kind);
      if (kind === 'recovered') back();
    },
  });
  return { log, told, recovered };
}

const append = (log: EventLog, stream: string, expected: Expected, ...events: ProposedEvent[]) =>
  log.write({ stream, expected, intent: { kind: 'append', events: events.length > 0 ? events : [proposed()] } });

describe('the writer', () => {
  test('makes everything that arrives during one commit the next group', async () => {
    const trouble = troubledStore();
    const { log } = await openLog(trouble.store);
    const release = trouble.hold();
    const first = append(log, 'a', noStream);
    await new Promise(setImmediate);
    const rest = Array.from({ length: 50 }, (_, n) => append(log, `b-${n.toString()}`, noStream));
    release();
    await Promise.all([first, ...rest]);
    expect(trouble.appends.map((group) => group.length)).toEqual([1, 50]);
  });

  test('answers a refusal only when the write it rests on is durable', async () => {
    const trouble = troubledStore();
    const { log } = await openLog(trouble.store);
    trouble.set('fails');
    const [won, refused] = await Promise.allSettled([append(log, 'a', noStream), append(log, 'a', noStream)]);
    // Were the refusal given, it would tell of an event that never came to be.
    expect(won).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) as unknown });
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) as unknown });
  });

  test('forgets heads, ids and positions of a failed group', async () => {
    const trouble = troubledStore();
    const { log, recovered } = await openLog(trouble.store);
    const before = await append(log, 'a', noStream);
    const event = proposed();
    trouble.set('fails');
    await expect(append(log, 'a', at(0), event)).rejects.toThrow(StoreUnavailable);
    trouble.set('fine');
    await recovered;
    const again = await append(log, 'a', any, event);
    expect(again).toMatchObject({ kind: 'written', revision: 1 });
    const lost = trouble.appends[1]?.[0]?.position;
    expect(again.kind === 'written' && again.position).toBe(lost);
    expect(before.kind === 'written' && before.position).toBeLessThan(lost ?? 0);
  });

  test('finds the events of a group that became durable although it failed, and gives them to followers', async () => {
    const trouble = troubledStore();
    const { log, recovered } = await openLog(trouble.store);
    const event = proposed();
    const stopping = new AbortController();
    const following = followAll(log, 0, stopping.signal);
    expect((await following.next()).value).toEqual({ kind: 'caught-up' });
    const next = following.next();
    trouble.set('fails-after');
    await expect(append(log, 'a', noStream, event)).rejects.toThrow(StoreUnavailable);
    trouble.set('fine');
    await recovered;
    expect((await next).value).toMatchObject({ kind: 'events', events: [{ id: event.id }] });
    expect(await append(log, 'a', noStream, event)).toMatchObject({ kind: 'written', revision: 0 });
    expect(await append(log, 'a', at(0))).toMatchObject({ kind: 'written', revision: 1 });
    stopping.abort();
  });

  test('refuses writes at once while the store is lost, and takes them again when it is back', async () => {
    const trouble = troubledStore();
    const { log, told, recovered } = await openLog(trouble.store);
    trouble.reach(false);
    trouble.lose();
    await expect(append(log, 'a', noStream)).rejects.toThrow(StoreUnavailable);
    trouble.reach(true);
    await recovered;
    await append(log, 'a', noStream);
    expect(told.at(0)).toBe('lost');
    expect(told.at(-1)).toBe('recovered');
  });

  test('does not write what nobody waits for any more', async () => {
    const trouble = troubledStore();
    const { log } = await openLog(trouble.store);
    const late = log.write({
      stream: 'a',
      expected: any,
      intent: { kind: 'append', events: [proposed()] },
      deadline: Date.now() - 1,
    });
    await expect(late).rejects.toThrow(/deadline/);
    expect(trouble.appends).toEqual([]);
  });

  test('sees within a group what the group has decided: metadata, deletion, reopening', async () => {
    const { log } = await openLog(memoryStore());
    const write = (intent: Parameters<EventLog['write']>[0]['intent'], expected: Expected) =>
      log.write({ stream: 'a', expected, intent });
    const answers = await Promise.all([
      write({ kind: 'append', events: [proposed(), proposed()] }, noStream),
      write({ kind: 'delete' }, at(1)),
      write({ kind: 'append', events: [proposed()] }, noStream),
      write({ kind: 'append', events: [proposed()] }, at(1)),
      write({ kind: 'tombstone' }, at(2)),
      write({ kind: 'append', events: [proposed()] }, any),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual([
      'written',
      'written',
      'written',
      'wrong-revision',
      'written',
      'stream-deleted',
    ]);
    const { metadata } = (await log.states.get(['a'])).get('a') ?? {};
    expect(metadata).toEqual({ $tb: 2 });
  });
});
