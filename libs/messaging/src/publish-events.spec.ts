import { randomUUID } from 'node:crypto';
import { createContextReader, createContextSigner, generateKey } from '@annals/auth';
import { event, headers as names, pii, type CurrentUserContext, type DomainEvent } from '@annals/contracts';
import { isSealed, type Aggregate, type StoredEvent } from '@annals/event-store';
import { signedIn, startTestDatabase, testStores, until, type TestDatabase } from '@annals/testing';
import { z } from 'zod';
import { type Bus, type InMsg } from './bus.js';
import { connectBus } from './connect-bus.js';
import { publishEvents, type EventPublisher, type PublishOptions } from './publish-events.js';

const parcelSent = event('ParcelSent', {
  category: 'parcel',
  data: z.object({
    sender_id: z.string(),
    weight: z.number(),
    address: pii(z.string(), { category: 'contact', purpose: 'profile', basis: 'contract', retention: 'account' }),
  }),
  subject: 'sender_id',
  audit: { entity: 'parcel', action: 'INSERT', keys: ['sender_id'] },
});
const parcel: Aggregate<number> = { category: 'parcel', initial: 0, evolve: (count) => count + 1 };

describe('publishEvents', () => {
  const stores = testStores({ service: 'parcel', events: [parcelSent] });
  let busDatabase: TestDatabase;
  let bus: Bus;
  let topic: string;
  let signing: Pick<PublishOptions, 'signer' | 'principal'>;
  let reader: ReturnType<typeof createContextReader>;
  const publishers: EventPublisher[] = [];

  beforeAll(async () => {
    busDatabase = await startTestDatabase({ service: 'bus' });
    bus = connectBus({ kind: 'postgres', url: busDatabase.ownerUrl, clientId: 'parcel' });
    const { privateJwk, publicJwk } = await generateKey('svc:parcel');
    signing = { principal: 'svc:parcel', signer: createContextSigner({ principal: 'svc:parcel', privateJwk }) };
    reader = createContextReader({ jwks: { keys: [publicJwk] } });
  });
  beforeEach(() => {
    topic = `parcels-${randomUUID()}`;
  });
  afterEach(() => Promise.all(publishers.splice(0).map((publisher) => publisher.stop())));
  afterAll(async () => {
    await bus.close(100);
    await busDatabase.stop();
  });

  const send = async (weight: number, context: CurrentUserContext = signedIn()): Promise<StoredEvent> => {
    const data = { sender_id: context.user_id!, weight, address: '1 Private Road' };
    const outcome = await stores().store.execute(parcel, randomUUID(), {
      id: randomUUID(),
      context,
      now: '2026-02-03T04:05:06.000Z',
      decide: (): DomainEvent[] => [{ type: 'ParcelSent', data }],
    });
    return outcome.events[0]!;
  };
  /** Events of this test alone: all tests share one store. */
  const weighing =
    (from: number, to: number) =>
    ({ data }: StoredEvent) => {
      const weight = data.weight as number;
      return weight >= from && weight < to ? { key: 'one', type: 'parcel.sent.v1', data: { weight } } : null;
    };
  const publish = (more: Partial<PublishOptions> = {}) => {
    const publisher = publishEvents({
      store: stores().store,
      bus,
      pool: stores().database.pool,
      name: topic,
      categories: ['parcel'],
      topic,
      partitions: 1,
      map: ({ stream, data }) => ({
        key: stream,
        type: 'parcel.sent.v1',
        dataschema: 'urn:annals:parcel.sent.v1',
        data: { weight: data.weight, sealed: isSealed(data.address) },
      }),
      ...signing,
      ...more,
    });
    publishers.push(publisher);
    return publisher;
  };
  const received = async (count: number): Promise<InMsg[]> => {
    const messages: InMsg[] = [];
    const sub = await bus.subscribe({
      group: `g-${randomUUID()}`,
      topics: [topic],
      from: 'earliest',
      maxBatch: 100,
      onBatch: async (batch) => void messages.push(...batch),
    });
    await until(`${count} messages`, () => messages.length >= count);
    await sub.stop();
    return messages;
  };
  const weights = (messages: InMsg[]) =>
    messages.map(({ value }) => (JSON.parse(Buffer.from(value).toString()) as { weight: number }).weight);

  it('tells others what happened: CloudEvents headers, trace, readable ids, personal fields sealed', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const context = signedIn('EDITOR', { traceparent });
    const stored = await send(7, context);
    const publisher = publish({
      map: (all) =>
        all.id === stored.id
          ? {
              key: all.stream,
              type: 'parcel.sent.v1',
              data: { weight: all.data.weight, sealed: isSealed(all.data.address) },
            }
          : null,
    });
    await publisher.caughtUp();
    const [message] = await received(1);
    expect(JSON.parse(Buffer.from(message!.value).toString())).toEqual({ weight: 7, sealed: true });
    expect(message).toMatchObject({
      id: stored.id,
      key: stored.stream,
      type: 'parcel.sent.v1',
      time: Date.parse('2026-02-03T04:05:06.000Z'),
      headers: {
        'content-type': 'application/json',
        ce_source: `/annals/${topic}`,
        ce_subject: stored.stream,
        ce_streamversion: '0',
        [names.correlationId]: context.correlation_id,
        [names.causationId]: stored.id,
        [names.requestId]: context.request_id,
        [names.accountId]: context.account_id,
        traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c') as unknown,
      },
    });
    const { identity } = await reader.readMessage(
      { id: message!.id, topic, key: message!.key, payload: message!.value },
      message!.headers[names.context],
    );
    expect(identity).toMatchObject({
      kind: 'service',
      principal: 'svc:parcel',
      user_id: context.user_id,
      account_id: context.account_id,
      permissions: [],
    });
  });

  it('goes on from its checkpoint after a stop: nothing twice, nothing missing', async () => {
    const from = 100;
    for (let n = 0; n < 5; n++) await send(from + n);
    const map = weighing(from, 200);
    const first = publish({ map });
    await first.caughtUp();
    await first.stop();
    for (let n = 5; n < 10; n++) await send(from + n);
    await publish({ map }).caughtUp();
    expect(weights(await received(10))).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
  });

  it('publishes in one process at a time; another takes over when it is gone', async () => {
    const map = weighing(200, 300);
    const first = publish({ map });
    await first.caughtUp();
    const second = publish({ map });
    await send(200);
    await first.caughtUp();
    expect([first.state().leading, second.state().leading]).toEqual([true, false]);
    await first.stop();
    await send(201);
    await second.caughtUp();
    expect(second.state().leading).toBe(true);
    expect(weights(await received(2))).toEqual([200, 201]);
  });

  it('repeats at most the batch whose acknowledgement it did not see, and loses nothing', async () => {
    for (let n = 0; n < 3; n++) await send(300 + n);
    const map = weighing(300, 400);
    let lostAcks = 2;
    let sent = 0;
    const deaf: Bus = {
      ...bus,
      async publish(to, batch) {
        const published = await bus.publish(to, batch);
        sent += batch.length;
        if (lostAcks-- > 0) throw new Error('the acknowledgement was lost');
        return published;
      },
    };
    const publisher = publish({ map, bus: deaf });
    await until('all published', () => publisher.state().published === 3);
    // How the store divides events into batches is its own affair; each lost acknowledgement repeats one of them.
    const seen = weights(await received(sent));
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.filter((weight, index) => seen.indexOf(weight) === index)).toEqual([300, 301, 302]);
  });

  it('halts loudly at an event it cannot map, and skips nothing', async () => {
    await send(400);
    await send(401);
    let broken = true;
    const failures: unknown[] = [];
    const map = ({ data }: StoredEvent) => {
      if ((data.weight as number) < 400) return null;
      if (data.weight === 400 && broken) throw new Error('no schema for that');
      return { key: 'one', type: 'parcel.sent.v1', data: { weight: data.weight } };
    };
    const logger = {
      info: () => undefined,
      warn: () => undefined,
      error: (fields: object) => void failures.push(fields),
    };
    const publisher = publish({ map, logger });
    await until('a failure is told', () => failures.length > 0);
    expect(publisher.state().published).toBe(0);
    broken = false;
    await publisher.caughtUp();
    expect(weights(await received(2))).toEqual([400, 401]);
  });
});
