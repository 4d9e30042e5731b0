import { startEventNode, type EventNode } from '@annals/event-node';
import { Problem } from '@annals/contracts';
import { connectEventStore } from './connect.js';
import type { EventStore } from './event-store.js';
import { command, notebook, notebookEvents, open, opened, ownerId, write, written } from './example-notebook.js';
import { uuidv7 } from './ids.js';
import { isErased } from './erased.js';
import type { StoredEvent } from './stored-event.js';
import type { SubjectKeys } from './subject-keys.js';
import { subjectKeysInMemory, type SubjectKeysInMemory } from './subject-keys-in-memory.js';

let node: EventNode;
let keys: SubjectKeysInMemory;
let store: EventStore;
let id: string;

const connect = (): EventStore => connectEventStore({ url: node.url, events: notebookEvents, keys });
const stored = async (of = store): Promise<StoredEvent[]> => {
  const events: StoredEvent[] = [];
  for await (const event of of.readStream(`notebook-${id}`)) events.push(event);
  return events;
};
const refusal = async (work: Promise<unknown>): Promise<{ status: number; code: string }> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Problem)) throw new Error(`No Problem: ${String(error)}`);
  return { status: error.status, code: error.code };
};

beforeAll(async () => {
  node = await startEventNode({ store: 'memory' });
  keys = subjectKeysInMemory();
  store = connect();
});
afterAll(async () => {
  await store.close();
  await node.stop();
});
beforeEach(() => {
  id = uuidv7();
});

describe('execute', () => {
  it('appends what was decided and answers with the state after it', async () => {
    const outcome = await store.execute(notebook, id, open('Travels'));
    expect(outcome).toMatchObject({
      kind: 'appended',
      revision: 0n,
      category: 'notebook',
      state: { title: 'Travels' },
    });
    expect(await stored()).toMatchObject([{ ...opened('Travels'), revision: 0n, stream: `notebook-${id}` }]);
  });

  it('tells the position that its last event has in the order of everything', async () => {
    const outcome = await store.execute(
      notebook,
      id,
      command(() => [opened('A'), written(0, 'one')]),
    );
    const events = await stored();
    expect(outcome.position).toEqual(events[1]!.position);
    expect(outcome.events.map((event) => event.id)).toEqual(events.map((event) => event.id));
  });

  it('writes nothing when there is nothing to do', async () => {
    await store.execute(notebook, id, open('Travels'));
    const outcome = await store.execute(notebook, id, open('Travels again'));
    expect(outcome).toMatchObject({ kind: 'unchanged', revision: 0n, events: [], state: { title: 'Travels' } });
    expect(await stored()).toHaveLength(1);
  });

  it('lets the request that asked see whether anything came of it: written, already so, refused, or repeated', async () => {
    const happens = async (asked: ReturnType<typeof open>) => {
      const watch = store.effects.watch(asked.context.transaction_id);
      await store.execute(notebook, id, asked).catch(() => undefined);
      watch.end();
      return watch.happened();
    };
    const first = open('Travels');
    const refused = command(() => {
      throw new Problem(409, 'full', 'It is full');
    });
    expect([await happens(first), await happens(open('Again')), await happens(refused)]).toEqual([true, false, false]);
    expect(await happens(first)).toBe(true);
  });

  it.each(['warm', 'cold'])(
    'answers a repeated command from the stream, with the state it led to (%s)',
    async (how) => {
      const first = write('one', { hash: 'h' });
      await store.execute(notebook, id, open('Travels'));
      const original = await store.execute(notebook, id, first);
      await store.execute(notebook, id, write('two'));
      const asked = how === 'warm' ? store : connect();
      const outcome = await asked.execute(notebook, id, first);
      expect(outcome).toMatchObject({ kind: 'replayed', revision: 1n, state: { notes: ['one'] } });
      expect(outcome.position).toEqual(original.position);
      expect(outcome.events.map((event) => event.id)).toEqual(original.events.map((event) => event.id));
      expect(await stored()).toHaveLength(3);
      if (asked !== store) await asked.close();
    },
  );

  it('refuses a command id that comes back with another body', async () => {
    const commandId = uuidv7();
    await store.execute(notebook, id, write('one', { id: commandId, hash: 'h1' }));
    const again = store.execute(notebook, id, write('other', { id: commandId, hash: 'h2' }));
    expect(await refusal(again)).toEqual({ status: 422, code: 'idempotency-key-reused' });
  });

  it('never decides a refusal on a state that others have moved on from', async () => {
    const other = connect();
    await store.execute(notebook, id, open('Travels'));
    await other.execute(notebook, id, write('one'));
    const needsNote = command<{ title: string | null; notes: readonly unknown[] }>((state) => {
      if (state.notes.length === 0) throw new Problem(409, 'no-note', 'There is no note');
      return [written(1, 'two')];
    });
    expect(await store.execute(notebook, id, needsNote)).toMatchObject({ state: { notes: ['one', 'two'] } });
    await other.close();
  });

  it('reloads and decides again when others wrote meanwhile', async () => {
    const other = connect();
    await store.execute(notebook, id, open('Travels'));
    await other.execute(notebook, id, write('theirs'));
    const outcome = await store.execute(notebook, id, write('ours'));
    expect(outcome).toMatchObject({ kind: 'appended', revision: 2n, state: { notes: ['theirs', 'ours'] } });
    await other.close();
  });

  it('gives up with 409 when others win again and again', async () => {
    const other = connect();
    let theirs = 0;
    // Somebody writes in every moment between deciding and appending.
    const overtaken: SubjectKeys = {
      find: (keyId) => keys.find(keyId),
      current: async (subject, purpose) => {
        if (purpose === 'profile') await other.execute(notebook, id, write(`theirs ${theirs++}`));
        return keys.current(subject, purpose);
      },
    };
    const unlucky = connectEventStore({ url: node.url, events: notebookEvents, keys: overtaken });
    expect(await refusal(unlucky.execute(notebook, id, write('ours')))).toEqual({
      status: 409,
      code: 'concurrent-change',
    });
    expect((await stored()).map((event) => event.data.text)).toEqual(['theirs 0', 'theirs 1', 'theirs 2', 'theirs 3']);
    await Promise.all([unlucky.close(), other.close()]);
  });

  it('runs parallel commands on one stream in order, each once', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => store.execute(notebook, id, write(`${n}`))));
    const events = await stored();
    expect(events.map((event) => event.data.text)).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`));
  });

  describe('with the revision a client saw', () => {
    it('writes at that revision', async () => {
      await store.execute(notebook, id, open('Travels', { expectedRevision: null }));
      expect(await store.execute(notebook, id, write('one', { expectedRevision: 0n }))).toMatchObject({ revision: 1n });
    });

    it('refuses another revision with 412, from the cache as well as from the store', async () => {
      const other = connect();
      await store.execute(notebook, id, open('Travels'));
      await other.execute(notebook, id, write('theirs'));
      const stale = { status: 412, code: 'stale-revision' };
      expect(await refusal(store.execute(notebook, id, write('ours', { expectedRevision: 0n })))).toEqual(stale);
      expect(await refusal(store.execute(notebook, id, write('ours', { expectedRevision: 5n })))).toEqual(stale);
      expect(await refusal(store.execute(notebook, id, write('ours', { expectedRevision: null })))).toEqual(stale);
      expect(await stored()).toHaveLength(2);
      await other.close();
    });

    it('still answers its own repetition with the first outcome', async () => {
      await store.execute(notebook, id, open('Travels'));
      const once = write('one', { expectedRevision: 0n });
      await store.execute(notebook, id, once);
      expect(await store.execute(notebook, id, once)).toMatchObject({ kind: 'replayed', revision: 1n });
    });
  });

  it('gives the events of one command different ids in different streams', async () => {
    const commandId = uuidv7();
    const one = await store.execute(notebook, id, write('a', { id: commandId }));
    const two = await store.execute(notebook, uuidv7(), write('a', { id: commandId }));
    expect(one.events[0]!.id).not.toBe(two.events[0]!.id);
  });

  it('refuses an event that breaks its contract, or has none, or belongs elsewhere', async () => {
    const wrong = command(() => [{ type: 'NotebookOpened', data: { owner_id: ownerId } }]);
    await expect(store.execute(notebook, id, wrong)).rejects.toThrow('NotebookOpened breaks its contract');
    const unknown = command(() => [{ type: 'NotebookBurnt', data: {} }]);
    await expect(store.execute(notebook, id, unknown)).rejects.toThrow('No contract for event NotebookBurnt');
    const elsewhere = store.execute({ ...notebook, category: 'diary' }, id, open('A'));
    await expect(elsewhere).rejects.toThrow('NotebookOpened does not belong into diary-');
    expect(await stored()).toHaveLength(0);
  });

  it('refuses more than the store takes in one append', async () => {
    const huge = store.execute(notebook, id, write('x'.repeat(1_100_000)));
    expect(await refusal(huge)).toEqual({ status: 413, code: 'event-too-large' });
  });

  it('keeps no state that was made with a key that is gone', async () => {
    const owner = uuidv7();
    const secret = command(() => [{ type: 'NoteWritten', data: { owner_id: owner, number: 0, text: 'secret' } }]);
    expect((await store.execute(notebook, id, secret)).state).toMatchObject({ notes: ['secret'] });
    keys.destroy(owner);
    expect((await store.load(notebook, id)).state.notes.every(isErased)).toBe(true);
    expect(await refusal(store.execute(notebook, id, { ...secret, id: uuidv7() }))).toEqual({
      status: 410,
      code: 'subject-erased',
    });
  });
});

describe('forget', () => {
  it('drops what is held about a subject, and nothing is lost by it', async () => {
    await store.execute(notebook, id, write('one'));
    store.forget(ownerId);
    expect(await store.load(notebook, id)).toMatchObject({ revision: 0n, state: { notes: ['one'] } });
    expect(await store.execute(notebook, id, write('two'))).toMatchObject({ kind: 'appended', revision: 1n });
  });
});

describe('load', () => {
  it('is the initial state of a stream that does not exist', async () => {
    expect(await store.load(notebook, id)).toEqual({ state: notebook.initial, revision: null, position: null });
  });

  it('sees what others wrote since', async () => {
    const other = connect();
    await store.execute(notebook, id, open('Travels'));
    const { position } = await other.execute(notebook, id, write('theirs'));
    expect(await store.load(notebook, id)).toMatchObject({ revision: 1n, position, state: { notes: ['theirs'] } });
    await other.close();
  });
});
