import { randomUUID } from 'node:crypto';
import { createContextReader, createContextSigner, generateKey, serviceIdentity } from '@annals/auth';
import { headers, ParkedDetail, ParkedWork, type ParkedAsk } from '@annals/contracts';
import { connectBus, consume, consumerMigrations, type Bus, type Consumer, type OutMsg } from '@annals/messaging';
import { requestContext, testDatabase, until } from '@annals/testing';
import { createMetrics } from '../metrics.js';
import { recordedLog } from '../recorded-log.js';
import { parkedDesk, type ParkedDesk } from './parked-desk.js';
import { showParked } from './parked-metrics.js';

const database = testDatabase({ service: 'export', migrations: consumerMigrations });
const log = testDatabase({ service: 'bus' });
const topic = 'identity.things.v1';
const ask: ParkedAsk = { sort_order: 'asc', limit: 50 };
const [acme, globex, ada] = [randomUUID(), randomUUID(), randomUUID()];

let bus: Bus;
let consumer: Consumer;
let desk: ParkedDesk;
let write: (accountId: string, data: unknown, key?: string) => Promise<OutMsg>;

beforeAll(async () => {
  bus = connectBus({ kind: 'postgres', url: log().ownerUrl, clientId: 'export' });
  const { privateJwk, publicJwk } = await generateKey('svc:identity');
  const signer = createContextSigner({ principal: 'svc:identity', privateJwk });
  write = async (accountId, data, key = `${accountId}/${ada}`) => {
    const [id, value, request] = [randomUUID(), Buffer.from(JSON.stringify(data)), requestContext()];
    const identity = serviceIdentity('svc:identity', { accountId });
    const context = await signer.signMessage({ id, topic, key, payload: value }, identity, request);
    const sent = { [headers.context]: context, [headers.accountId]: accountId };
    return { id, key, type: 'thing.happened.v1', value, headers: sent };
  };
  consumer = await consume({
    ...{ bus, pool: database().pool, group: 'export.things', topics: [topic], retryDelaysMs: [] },
    reader: createContextReader({ jwks: { keys: [publicJwk] } }),
    handle: async ({ data }) => {
      if ((data as { sick?: true }).sick) throw new Error('no room for ada@acme.test');
    },
  });
  await bus.ensureTopics([{ topic, partitions: 1 }]);
  await consumer.subscription.joined();
  desk = parkedDesk({ service: 'export', pool: database().pool, consumers: [consumer] });
});

afterAll(async () => {
  await consumer.stop();
  await bus.close();
});

beforeEach(() =>
  database().pool.query(`delete from parked_events; delete from parked_messages; delete from parked_keys;
    delete from dead_letters`),
);

const parkEvent = (accountId: string, at = '2026-03-01T12:00:00.000001Z') =>
  database().pool.query(
    `insert into parked_events (reactor, stream, revision, event_id, event_type, event_account_id, error, attempts, parked_at)
     values ('send-mail', $1, 0, $2, 'UserRegistered', $3, 'no mail for ada@acme.test', 3, $4)`,
    [`user-${randomUUID()}`, randomUUID(), accountId, at],
  );

async function oneOfEach(): Promise<void> {
  await parkEvent(acme);
  const forged = { ...(await write(globex, {})), value: Buffer.from('"Ada"'), key: 'Ada Admin', type: 'ada@acme.test' };
  await bus.publish(topic, [await write(acme, { sick: true }), await write(acme, {}), forged]);
  // It is the last of its partition.
  await until('the letter is put aside', async () => (await desk.list({ ...ask, kind: 'letter' })).length === 1);
}

describe('what a service put aside', () => {
  it('is events, messages and dead letters in one list, in the form of the contract, without anything personal', async () => {
    await oneOfEach();
    const all = await desk.list(ask);
    expect(all.map((work) => ParkedWork.parse(work))).toEqual(all);
    expect(all.map(({ kind, source, waiting, account_id }) => [kind, source, waiting, account_id])).toEqual([
      ['event', 'send-mail', 0, acme],
      ['message', 'export.things', 1, acme],
      ['letter', 'export.things', 0, globex],
    ]);
    expect(all.map(({ key, cause_type }) => [key, cause_type])).toEqual([
      [null, 'UserRegistered'],
      [`${acme}/${ada}`, 'thing.happened.v1'],
      [null, null],
    ]);
    const details = await Promise.all(all.map(({ id }) => desk.find(id)));
    expect(details.map((detail) => ParkedDetail.parse(detail))).toEqual(details);
    expect(JSON.stringify([all, details])).not.toMatch(/ada@|Ada|eyJ/);
    expect(details[2]!.headers).toEqual({});
  });

  it('can be asked for by kind, source and account: two accounts see nothing of each other', async () => {
    await oneOfEach();
    const kinds = async (more: Partial<ParkedAsk>) => (await desk.list({ ...ask, ...more })).map(({ kind }) => kind);
    expect(await kinds({ account_id: acme })).toEqual(['event', 'message']);
    expect(await kinds({ account_id: globex })).toEqual(['letter']);
    expect(await kinds({ kind: 'message' })).toEqual(['message']);
    expect(await kinds({ source: 'send-mail' })).toEqual(['event']);
  });

  it('comes page by page over all kinds, though many share a moment', async () => {
    for (let n = 0; n < 7; n++) await parkEvent(acme);
    await oneOfEach();
    for (const sort_order of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      for (let after = {}; ;) {
        const rows = await desk.list({ ...ask, ...after, sort_order, limit: 3 });
        seen.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (!last) break;
        after = { after_at: last.parked_at, after_id: last.id };
      }
      expect(seen).toEqual((await desk.list({ ...ask, sort_order })).map(({ id }) => id));
      expect(new Set(seen).size).toBe(10);
    }
  });

  it('is retried by its id; another service’s id, and one that is done, lead nowhere', async () => {
    await oneOfEach();
    const [event, message, letter] = (await desk.list(ask)).map(({ id }) => id) as [string, string, string];
    expect(await desk.retry(event)).toBe(true);
    expect((await desk.find(event))!.retry_at).not.toBeNull();
    for (const id of [message, letter]) {
      expect(await desk.retry(id)).toBe(true);
      expect(await desk.find(id)).toMatchObject({ attempts: 2 });
    }
    for (const id of [event.replace('export', 'identity'), event.replace('event', 'letter').replace(/\d+$/, '999')]) {
      expect(await desk.find(id)).toBeUndefined();
      expect(await desk.retry(id)).toBe(false);
    }
  });

  it('is counted in the metrics, and gone from them once it is done', async () => {
    await oneOfEach();
    const metrics = createMetrics();
    const count = showParked(desk, metrics, recordedLog().logger);
    await count();
    expect(metrics.text()).toContain('annals_parked{kind="letter",source="export.things"} 1');
    await database().pool.query('delete from dead_letters');
    await count();
    await count();
    expect(metrics.text()).toContain('annals_parked{kind="letter",source="export.things"} 0');
    expect(metrics.text()).toContain('annals_parked{kind="event",source="send-mail"} 1');
  });

  it('says in the log that it cannot be counted while the database is away', async () => {
    const { logger, lines } = recordedLog();
    const away = { ...desk, counts: () => Promise.reject(new Error('gone')) };
    await showParked(away, createMetrics(), logger)();
    expect(lines).toMatchObject([{ message: 'parked work could not be counted' }]);
  });
});
