import { randomUUID } from 'node:crypto';
import { headers, type CurrentUserContext, type ParkedWork, type ParkingService } from '@annals/contracts';
import { connectBus, consume, consumerMigrations, type Bus, type Consumer } from '@annals/messaging';
import { parkedDesk } from '@annals/service';
import { signedIn, testDatabase } from '@annals/testing';
import { type Part } from '../part.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { startNeighbour, type ParkedNeighbour } from '../testing/parked-neighbour.js';
import { openParked } from './part.js';
import { peerHere } from './peers.js';

const databases = {
  identity: testDatabase({ service: 'identity' }),
  profile: testDatabase({ service: 'profile' }),
  export: testDatabase({ service: 'export', migrations: consumerMigrations }),
};
const log = testDatabase({ service: 'bus' });
const neighbours: Partial<Record<keyof typeof databases, ParkedNeighbour>> = {};
const topic = 'identity.things.v1';
let bus: Bus;
let consumer: Consumer;

const part: Part = {
  async open(ground) {
    bus = connectBus({ kind: 'postgres', url: log().ownerUrl, clientId: 'export' });
    await bus.ensureTopics([{ topic, partitions: 1 }]);
    consumer = await consume({
      ...{ bus, pool: databases.export().pool, group: 'export.things', topics: [topic] },
      reader: { readMessage: () => Promise.reject(new Error('the keys are not to be had')) },
      ...{ retryDelaysMs: [], handle: async () => undefined },
    });
    const peers = [peerHere(parkedDesk({ service: 'activity', pool: ground.pool }))];
    for (const service of ['identity', 'profile', 'export'] as const) {
      const consumers = service === 'export' ? [consumer] : [];
      const started = await startNeighbour(service, ground, { pool: databases[service]().pool, consumers });
      neighbours[service] = started;
      peers.push(started.peer);
    }
    return openParked(ground, peers);
  },
};
const running = activityUnderTest([part]);

afterAll(async () => {
  await Promise.all(Object.values(neighbours).map((neighbour) => neighbour.stop()));
  await consumer.stop();
  await bus.close();
});

const acme = randomUUID();
const globex = randomUUID();
const root = signedIn('VIEWER', { is_super_admin: true, role: null, roles: [], account_id: null });
const elevated = (account_id: string): CurrentUserContext => ({
  ...{ ...root, account_id, is_system_admin_access: true, elevation_id: randomUUID() },
});

const poolOf = (service: ParkingService) =>
  service === 'activity' ? running().stores.database.pool : databases[service]().pool;

/** An event that a reactor of a service gave up on. */
async function park(
  service: ParkingService,
  account: string | null,
  at = '2026-03-01T12:00:00.000001Z',
): Promise<string> {
  const { rows } = await poolOf(service).query<{ id: string }>(
    `insert into parked_events (reactor, stream, revision, event_id, event_type, event_account_id, error, attempts, parked_at)
     values ('send-mail', $1, 0, $2, 'UserRegistered', $3, 'no mail for ada@acme.test', 15, $4) returning id`,
    [`user-${randomUUID()}`, randomUUID(), account, at],
  );
  return `${service}-event-${rows[0]!.id}`;
}

type List = { data: ParkedWork[]; meta: { limit: number; next_cursor: string | null; unanswered: string[] } };
const list = async (query = '', who = root) => {
  const { status, json } = await running().service.call('GET', `/parked${query}`, who);
  expect(status).toBe(200);
  return json as unknown as List;
};
const idsOf = ({ data }: List) => data.map(({ id }) => id);
const retry = (id: string, who = root, body: object = {}, key = randomUUID()) =>
  running().service.call('POST', `/parked/${id}/retry`, who, { body, headers: { [headers.idempotencyKey]: key } });
const notes = async (id: string) => {
  const found = [];
  for await (const event of running().stores.store.readStream(`parked-${id}`)) found.push(event);
  return found;
};
const retryAt = async (service: ParkingService) =>
  (await poolOf(service).query<{ retry_at: Date | null }>('select retry_at from parked_events')).rows[0]!.retry_at;

beforeEach(async () => {
  await poolOf('export').query('delete from dead_letters');
  const all = ['identity', 'profile', 'activity', 'export'] as const;
  await Promise.all(all.map((service) => poolOf(service).query('delete from parked_events')));
});

describe('what all services put aside', () => {
  it('is one list, newest first or oldest, with nothing personal in it', async () => {
    const first = await park('identity', acme, '2026-03-01T12:00:00Z');
    const second = await park('activity', null, '2026-03-01T12:00:01Z');
    const third = await park('export', globex, '2026-03-01T12:00:02Z');
    const newest = await list();
    expect(idsOf(newest)).toEqual([third, second, first]);
    expect(newest.meta).toEqual({ limit: 50, next_cursor: null, unanswered: [] });
    expect(idsOf(await list('?sort_order=asc'))).toEqual([first, second, third]);
    expect(JSON.stringify(newest)).not.toContain('ada@');
    expect(newest.data[0]).toMatchObject({ service: 'export', kind: 'event', source: 'send-mail', attempts: 15 });
  });

  it('comes page by page, none twice and none left out, though many share a moment', async () => {
    const all = new Set<string>();
    for (let n = 0; n < 4; n++) {
      for (const service of ['identity', 'profile', 'export'] as const) all.add(await park(service, acme));
    }
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await list(`?limit=5${cursor}`);
      seen.push(...idsOf(page));
      if (page.meta.next_cursor === null) break;
      cursor = `&cursor=${page.meta.next_cursor}`;
    }
    expect(seen).toHaveLength(12);
    expect(new Set(seen)).toEqual(all);
  });

  it('is found by service, kind, source and account', async () => {
    const one = await park('identity', acme);
    const other = await park('profile', globex);
    expect(idsOf(await list('?service=identity'))).toEqual([one]);
    expect(idsOf(await list(`?account_id=${globex}`))).toEqual([other]);
    expect(idsOf(await list('?kind=letter'))).toEqual([]);
    expect(idsOf(await list('?source=send-mail'))).toHaveLength(2);
    expect(idsOf(await list('?source=others'))).toEqual([]);
  });

  it('has cursors that count for the same question only', async () => {
    await park('identity', acme);
    await park('profile', acme);
    const { meta } = await list('?limit=1');
    for (const query of ['&sort_order=asc', '&service=identity', `&account_id=${acme}`]) {
      const path = `/parked?limit=1&cursor=${meta.next_cursor}${query}`;
      const { status, json } = await running().service.call('GET', path, root);
      expect([status, json.code]).toEqual([400, 'cursor-invalid']);
    }
  });

  it('is for super admins', async () => {
    const id = await park('identity', acme);
    const admin = signedIn('ADMIN', { account_id: acme });
    for (const asked of [
      running().service.call('GET', '/parked', admin),
      running().service.call('GET', `/parked/${id}`, admin),
      retry(id, admin),
    ]) {
      expect((await asked).json).toMatchObject({ statusCode: 403, code: 'super-admin-required' });
    }
    expect(await notes(id)).toEqual([]);
  });

  it('is, inside an elevation, that account’s alone', async () => {
    const mine = await park('identity', acme);
    const theirs = await park('identity', globex);
    expect(idsOf(await list('', elevated(acme)))).toEqual([mine]);
    const other = await running().service.call('GET', `/parked?account_id=${globex}`, elevated(acme));
    expect(other.json).toMatchObject({ statusCode: 403, code: 'account-mismatch' });
    expect((await running().service.call('GET', `/parked/${theirs}`, elevated(acme))).status).toBe(404);
    expect((await retry(theirs, elevated(acme))).json).toMatchObject({ statusCode: 404, code: 'parked-unknown' });
    expect((await retry(mine, elevated(acme))).status).toBe(202);
  });
});

describe('one piece of parked work', () => {
  it('is shown by its id', async () => {
    const id = await park('export', acme);
    const { status, json } = await running().service.call('GET', `/parked/${id}`, root);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, account_id: acme, error: 'no mail for [address]', headers: {} });
  });

  it('is unknown under another service’s name, and under what is no id', async () => {
    const id = await park('export', acme);
    for (const other of [id.replace('export', 'identity'), 'export-event-999999', 'export-event-0', 'x']) {
      expect((await running().service.call('GET', `/parked/${other}`, root)).status).toBe(404);
    }
  });
});

describe('trying it again', () => {
  it('is noted in the log of the account it is for, with who and why, before it is done', async () => {
    const id = await park('identity', acme);
    const { status, headers: head, json } = await retry(id, root, { reason: 'the mail server is back' });
    expect([status, json, head.get('location')]).toEqual([202, { id }, `/api/v1/parked/${id}`]);
    expect(await retryAt('identity')).not.toBeNull();
    const [note, ...others] = await notes(id);
    expect(others).toEqual([]);
    expect(note).toMatchObject({
      type: 'ParkedWorkRetried',
      data: { parked_id: id, service: 'identity', source: 'send-mail', reason: 'the mail server is back' },
      metadata: { account_id: acme, actor: { kind: 'user', user_id: root.user_id } },
    });
  });

  it('of what is for no account is noted in the house’s log', async () => {
    const id = await park('activity', null);
    expect((await retry(id)).status).toBe(202);
    expect(await notes(id)).toMatchObject([{ data: { reason: null }, metadata: { account_id: null } }]);
  });

  it('answers a repetition the same, also when the work is done by now, and asks for nothing new', async () => {
    const id = await park('identity', acme);
    const key = randomUUID();
    const first = await retry(id, root, {}, key);
    await poolOf('identity').query('delete from parked_events');
    const second = await retry(id, root, {}, key);
    expect([second.status, second.json]).toEqual([first.status, first.json]);
    expect(second.headers.get(headers.idempotencyReplayed)).toBe('true');
    expect(await notes(id)).toHaveLength(1);
    expect((await retry(id)).json).toMatchObject({ statusCode: 404, code: 'parked-unknown' });
  });

  it('of a dead letter is noted in the house’s log, whatever account it claims; one not kept whole is refused', async () => {
    await poolOf('export').query(
      `insert into dead_letters (grp, topic, part, off, key, message_id, type, headers, value, reason)
       select 'export.things', 't', 0, n, 'k', 'm', 't', $1, case when n = 1 then '{}'::bytea end, 'message-context-invalid'
       from generate_series(1, 2) n`,
      [JSON.stringify({ [headers.accountId]: acme })],
    );
    const [whole, large] = idsOf(await list('?kind=letter&sort_order=asc')) as [string, string];
    expect((await retry(whole)).status).toBe(202);
    expect(await notes(whole)).toMatchObject([{ data: { kind: 'letter' }, metadata: { account_id: null } }]);
    const { json } = await running().service.call('GET', `/parked/${whole}`, root);
    expect(json).toMatchObject({ attempts: 2, error: 'the keys are not to be had', account_id: acme });
    expect((await retry(large)).json).toMatchObject({ statusCode: 409, code: 'parked-incomplete' });
    expect(await notes(large)).toEqual([]);
  });
});

describe('a service that does not answer', () => {
  it('is named, and the others’ work is shown; its own work is not retried', async () => {
    const lost = await park('profile', acme);
    const there = await park('identity', acme);
    await neighbours.profile!.stop();
    const { data, meta } = await list();
    expect(data.map(({ id }) => id)).toEqual([there]);
    expect(meta.unanswered).toEqual(['profile']);
    expect((await retry(lost)).json).toMatchObject({ statusCode: 503, code: 'service-unreachable' });
    expect(await notes(lost)).toEqual([]);
  });
});
