import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { z } from 'zod';
import { startEventNode, type EventNode } from '@annals/event-node';
import { event, pii, type EventContract } from '@annals/contracts';
import { connectEventStore } from './connect.js';
import type { EventStore } from './event-store.js';
import { command, context, ownerId } from './example-notebook.js';
import { uuidv7 } from './ids.js';
import { isSealed } from './sealing.js';
import type { StoredEvent } from './stored-event.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';

// A letter as its contract grew: version 1 had one name, version 2 has two inside an object, and a tone with a default.
const personal = <S extends z.ZodType>(schema: S): S =>
  pii(schema, { category: 'identity', purpose: 'profile', basis: 'contract', retention: 'account' });
const audit = { entity: 'letter', action: 'INSERT', keys: ['owner_id'] } as const;
const letterV1 = event('LetterWritten', {
  category: 'letter',
  data: z.object({ owner_id: z.string(), name: personal(z.string()) }),
  subject: 'owner_id',
  audit,
});
const letterV2 = event('LetterWritten', {
  category: 'letter',
  version: 2,
  data: z.object({
    owner_id: z.string(),
    sender: z.object({ name: personal(z.string()) }),
    tone: z.string().default('friendly'),
  }),
  subject: 'owner_id',
  audit,
  upcasters: { 1: ({ name, ...rest }) => ({ ...rest, sender: { name } }) },
});

let node: EventNode;
const keys = subjectKeysInMemory();
const stores: EventStore[] = [];
const connect = (...events: EventContract[]): EventStore => {
  const store = connectEventStore({ url: node.url, events, keys });
  stores.push(store);
  return store;
};
const letters = {
  category: 'letter',
  initial: [] as unknown[],
  evolve: (all: unknown[], e: { data: unknown }) => [...all, e.data],
};
const only = async (events: AsyncIterable<StoredEvent>): Promise<StoredEvent> => {
  for await (const found of events) return found;
  throw new Error('no event');
};

beforeAll(async () => {
  node = await startEventNode({ store: 'memory' });
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await node.stop();
});

const oldLetter = async (): Promise<string> => {
  const id = uuidv7();
  const data = { owner_id: ownerId, name: 'Ada' };
  await connect(letterV1).execute(
    letters,
    id,
    command(() => [{ type: 'LetterWritten', data }]),
  );
  return id;
};
const present = { owner_id: ownerId, sender: { name: 'Ada' }, tone: 'friendly' };

describe('events of older versions', () => {
  it('are opened where they were sealed, then brought to the present shape', async () => {
    const id = await oldLetter();
    const store = connect(letterV2);
    expect((await store.load(letters, id)).state).toEqual([present]);
    expect((await only(store.readStream(`letter-${id}`))).data).toEqual(present);
  });

  it('open later, too, when they were read sealed', async () => {
    const id = await oldLetter();
    const store = connect(letterV2);
    const sealed = await only(store.readStream(`letter-${id}`, { open: false }));
    expect(isSealed((sealed.data.sender as { name: unknown }).name)).toBe(true);
    expect((await store.open(sealed)).data).toEqual(present);
  });

  it('stay as they are for a process that does not know them', async () => {
    const id = await oldLetter();
    const store = connect();
    const unknown = await only(store.readStream(`letter-${id}`));
    expect(isSealed(unknown.data.name)).toBe(true);
    expect(await store.open(unknown)).toBe(unknown);
    await expect(store.load(letters, id)).rejects.toThrow('No contract for event LetterWritten');
  });

  it('written by others without our metadata are read as version 1', async () => {
    const client = EventStoreDBClient.connectionString(node.url);
    const id = uuidv7();
    const foreign = jsonEvent({ type: 'LetterWritten', data: { owner_id: ownerId, name: 'Bob' } });
    await client.appendToStream(`letter-${id}`, foreign, { expectedRevision: 'no_stream' });
    expect((await connect(letterV2).load(letters, id)).state).toEqual([{ ...present, sender: { name: 'Bob' } }]);
    await client.dispose();
  });
});

describe('kept ciphertext', () => {
  it('opens with the place it came from, also the address of the caller', async () => {
    const id = uuidv7();
    const store = connect(letterV1);
    const written = command(() => [{ type: 'LetterWritten', data: { owner_id: ownerId, name: 'Ada' } }]);
    await store.execute(letters, id, written);
    const sealed = await only(store.readStream(`letter-${id}`, { open: false }));
    const place = { stream: sealed.stream, event_id: sealed.id, subject: ownerId };
    const name = sealed.data.name as { sealed: string };
    expect(await store.openField({ ...place, path: 'name', value: name })).toBe('Ada');
    const address = { sealed: sealed.metadata.client.ip! };
    expect(await store.openField({ ...place, path: 'metadata.client.ip', value: address })).toBe(context.ip_address);
    await expect(store.openField({ ...place, path: 'other', value: name })).rejects.toMatchObject({
      code: 'sealed-value-invalid',
    });
  });

  it('refuses data that imitates it', async () => {
    const forged = event('NoteForged', {
      category: 'letter',
      data: z.object({ any: z.unknown() }),
      audit: { ...audit, keys: [] },
    });
    const attempt = connect(forged).execute(
      letters,
      uuidv7(),
      command(() => [{ type: 'NoteForged', data: { any: { sealed: 'v1.a.b.c' } } }]),
    );
    await expect(attempt).rejects.toMatchObject({ status: 400, code: 'reserved-form' });
  });

  it('two contracts of one type are refused at start', () => {
    expect(() => connect(letterV1, letterV2)).toThrow('Two contracts for event LetterWritten');
  });
});
