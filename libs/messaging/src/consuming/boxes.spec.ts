import { type MessageReader } from '../message-context.js';
import { type ParkedPage } from '@annals/postgres';
import { testDatabase } from '@annals/testing';
import { connectBus } from '../connect-bus.js';
import { consume, type Consumer, type MessageHandler } from '../consume.js';
import { createBench, eventually, message, type Bench } from '../contract/fixture.js';
import { createLetters, type Letters } from '../contract/letters.js';
import { consumerMigrations } from './tables.js';

const service = testDatabase({ service: 'reader', migrations: consumerMigrations, max: 20 });
const log = testDatabase({ service: 'bus' });
const page: ParkedPage = { prefix: 'x-', order: 'asc', limit: 10 };
const textOf = (data: unknown) => (data as { text: string }).text;

let bench: Bench;
let topic: string;
let group: string;
let letters: Letters;
let stranger: Letters;
let reader: MessageReader;
let consumer: Consumer | undefined;
let handled: string[];
let sick: Set<string>;

beforeAll(async () => {
  letters = await createLetters();
  stranger = await createLetters();
});

beforeEach(async () => {
  bench = createBench({
    connect: () => connectBus({ kind: 'postgres', url: log().ownerUrl, clientId: 'reader' }),
    disrupt: async () => undefined,
    dispose: async () => undefined,
  });
  topic = await bench.topic(2);
  group = bench.group();
  reader = letters.reader;
  handled = [];
  sick = new Set();
});

afterEach(async () => {
  await consumer?.stop(200);
  await bench.close();
});

const handle: MessageHandler = async ({ data }) => {
  if (sick.has(textOf(data))) throw new Error(`cannot digest ${textOf(data)}`);
  handled.push(textOf(data));
};

async function start(): Promise<Consumer> {
  const made = await consume({
    ...{ bus: bench.bus(), pool: service().pool, group, topics: [topic], retryDelaysMs: [1, 2], handle },
    reader: { readMessage: (bound, header) => reader.readMessage(bound, header) },
  });
  await made.subscription.joined();
  return (consumer = made);
}

const send = async (from: Letters, key: string, ...texts: string[]) =>
  bench.bus().publish(topic, await Promise.all(texts.map((text) => from.write(topic, key, { text }))));
const numberOf = ({ id }: { id: string }) => id.slice(page.prefix.length);

describe('keys that wait', () => {
  it('are shown once each, with the first message, the account, the tries and how many wait behind', async () => {
    sick.add('poison');
    const { keys, counts } = await start();
    await send(letters, 'sick', '1', 'poison', '3', '4');
    await eventually(() => counts().parked === 3);
    const [row, ...others] = await keys.page(page);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ source: group, origin: topic, key: 'sick', error: 'cannot digest poison' });
    expect(row).toMatchObject({ cause_type: 'thing.happened.v1', account: letters.accountId });
    expect(row).toMatchObject({ attempts: 3, waiting: 2, retry_at: null, retryable: true });
    expect(await keys.find(page.prefix, numberOf(row!))).toEqual(row);
    expect(await keys.counts()).toEqual(new Map([[group, 1]]));
  });

  it('are handled once and in order, although several ask at the same moment', async () => {
    sick.add('poison');
    const { keys, counts } = await start();
    await send(letters, 'sick', 'poison', '2', '3');
    await eventually(() => counts().parked === 3);
    const [row] = await keys.page(page);
    expect(await keys.retry(numberOf(row!))).toBe(true);
    expect(await keys.page(page)).toMatchObject([{ attempts: 4, waiting: 2 }]);
    sick.clear();
    const asked = await Promise.all(Array.from({ length: 4 }, () => keys.retry(numberOf(row!))));
    expect(asked).toContain(true);
    expect(handled).toEqual(['poison', '2', '3']);
    expect(await keys.page(page)).toEqual([]);
    expect(await keys.retry(numberOf(row!))).toBe(false);
    expect(await keys.find(page.prefix, numberOf(row!))).toBeUndefined();
  });

  it('come page by page in either direction, none twice and none left out, of one account if so asked', async () => {
    sick.add('poison');
    const { keys, counts } = await start();
    for (const key of ['a', 'b', 'c', 'd', 'e']) await send(letters, key, 'poison');
    await eventually(() => counts().parked === 5);
    for (const order of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      for (let after: ParkedPage['after']; ;) {
        const rows = await keys.page({ ...page, order, limit: 2, after });
        if (rows.length === 0) break;
        seen.push(...rows.map(({ id }) => id));
        after = rows.at(-1)!;
      }
      const all = await keys.page({ ...page, order });
      expect(seen).toEqual(all.map(({ id }) => id));
      expect(new Set(seen).size).toBe(5);
    }
    expect(await keys.page({ ...page, account: letters.accountId })).toHaveLength(5);
    expect(await keys.page({ ...page, account: stranger.accountId })).toEqual([]);
    expect(await keys.page({ ...page, source: 'another.group' })).toEqual([]);
  });
});

describe('messages that no handler saw', () => {
  it('are shown with the reason and what they claim', async () => {
    const { letters: box, counts } = await start();
    await bench.bus().publish(topic, [message('key', '{"text":"none"}')]);
    await send(stranger, 'key', 'forged');
    await eventually(() => counts().refused === 2);
    expect(await box.page(page)).toMatchObject([
      { source: group, origin: topic, error: 'message-context-required', account: null, attempts: 1 },
      { error: 'message-context-invalid', account: stranger.accountId, waiting: 0, retryable: true },
    ]);
    expect(await box.counts()).toEqual(new Map([[group, 2]]));
  });

  it('stay away from the handler when they are retried and still do not hold', async () => {
    const { letters: box, counts } = await start();
    await send(stranger, 'key', 'forged');
    await eventually(() => counts().refused === 1);
    const [row] = await box.page(page);
    expect(await box.retry(numberOf(row!))).toBe(true);
    expect(handled).toEqual([]);
    expect(await box.page(page)).toMatchObject([{ error: 'message-context-invalid', attempts: 2 }]);
  });

  it('are handled once when they hold by now, as when the sender’s key was not known yet', async () => {
    const { letters: box, counts } = await start();
    await send(stranger, 'key', 'early');
    await eventually(() => counts().refused === 1);
    const [row] = await box.page(page);
    reader = stranger.reader;
    const asked = await Promise.all(Array.from({ length: 4 }, () => box.retry(numberOf(row!))));
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect(handled).toEqual(['early']);
    expect(await box.page(page)).toEqual([]);
  });

  it('wait while an earlier message of their key is parked, and when the handler fails', async () => {
    sick.add('poison');
    const { letters: box, keys, counts } = await start();
    await send(letters, 'key', 'poison');
    await eventually(() => counts().parked === 1);
    await send(stranger, 'key', 'later');
    await eventually(() => counts().refused === 1);
    const [row] = await box.page(page);
    const [parked] = await keys.page(page);
    const both = letters.reader;
    reader = {
      readMessage: (bound, header) =>
        both.readMessage(bound, header).catch(() => stranger.reader.readMessage(bound, header)),
    };
    await box.retry(numberOf(row!));
    expect(await box.page(page)).toMatchObject([{ error: 'an earlier message of its key is parked' }]);
    sick = new Set(['later']);
    await keys.retry(numberOf(parked!));
    await box.retry(numberOf(row!));
    expect(await box.page(page)).toMatchObject([{ error: 'cannot digest later' }]);
    sick.clear();
    await box.retry(numberOf(row!));
    expect(handled).toEqual(['poison', 'later']);
  });

  it('are forgotten after a week, also when no new one comes', async () => {
    await service().pool.query(
      `insert into dead_letters (grp, topic, part, off, key, message_id, type, headers, reason, refused_at)
       select $1, 't', 0, n, 'k', 'm', 't', '{}', 'r', now() - make_interval(days => n) from generate_series(6, 8) n`,
      [group],
    );
    const { letters: box } = await start();
    await eventually(async () => (await box.page(page)).length === 1);
  });

  it('are not kept whole when they are large, nor for ever, nor without number', async () => {
    const { letters: box, counts } = await start();
    const { pool } = service();
    await pool.query(
      `insert into dead_letters (grp, topic, part, off, key, message_id, type, headers, reason, refused_at)
       select $1, 't', 0, n, 'k', 'm', 't', '{}', 'r', now() - case when n < 5 then interval '8 days' else interval '0' end
       from generate_series(1, 1100) n`,
      [group],
    );
    await bench.bus().publish(topic, [message('key', 'x'.repeat(100_000))]);
    await eventually(() => counts().refused === 1);
    expect(await box.counts()).toEqual(new Map([[group, 1_000]]));
    const [newest] = await box.page({ ...page, order: 'desc', limit: 1 });
    expect(newest).toMatchObject({ error: 'message-context-required', retryable: false });
    expect(await box.retry(numberOf(newest!))).toBe(false);
  });
});
