import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContextReader, createContextSigner, generateKey, type ContextSigner } from '@annals/auth';
import { allEvents, type CurrentUserContext, type DomainEvent } from '@annals/contracts';
import { uuidv7, type StoredEvent } from '@annals/event-store';
import {
  consume,
  consumerMigrations,
  publishEvents,
  type Bus,
  type Consumer,
  type EventPublisher,
} from '@annals/messaging';
import { folderObjects, type Objects } from '@annals/objects';
import { runProjection, type ProjectionRunner } from '@annals/postgres';
import { requestContext, signedIn, testStores, until } from '@annals/testing';
import { documentName } from '../document/sealed-document.js';
import { downloadExport } from '../export/download-export.js';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import type { KnownExport } from '../export/export.js';
import { jobMigrations } from '../jobs/job-table.js';
import { endAccess, identityTopic } from '../members/follow-members.js';
import { openExports } from '../views/open-exports/open-exports.projection.js';
import { exportStory } from './export-story.js';
import { toldByIdentity } from './told-by-identity.js';

/** What becomes of exports when identity says that somebody’s business is over, on every engine. */
export function membersContract(engine: string, startBus: () => Promise<{ bus: Bus; stop(): Promise<void> }>): void {
  const stores = testStores({
    ...{ service: 'export', events: allEvents },
    ...{ migrations: [...consumerMigrations, ...jobMigrations], projections: [openExports] },
  });
  const folder = mkdtempSync(join(tmpdir(), 'annals-members-'));
  const objects: Objects = folderObjects(folder);
  let engineRunning: { bus: Bus; stop(): Promise<void> };
  let view: ProjectionRunner;
  let publisher: EventPublisher;
  let consumer: Consumer;
  let signer: ContextSigner;
  /** Why the objects cannot be reached, while they cannot. */
  let away: Error | undefined;

  const startConsumer = async (reader: Parameters<typeof consume>[0]['reader']) => {
    const { store, database } = stores();
    return consume({
      ...{ bus: engineRunning.bus, pool: database.pool, reader, group: 'export.members', topics: [identityTopic] },
      retryDelaysMs: [1, 2],
      handle: endAccess({
        ...{ store, view, now: () => new Date() },
        objects: { ...objects, remove: async (name) => (away ? Promise.reject(away) : objects.remove(name)) },
      }),
    });
  };

  beforeAll(async () => {
    engineRunning = await startBus();
    const { store, database } = stores();
    const { privateJwk, publicJwk } = await generateKey('svc:identity');
    signer = createContextSigner({ principal: 'svc:identity', privateJwk });
    view = runProjection({ projection: openExports, pool: database.pool, store });
    publisher = publishEvents({
      ...{ store, bus: engineRunning.bus, pool: database.pool, signer, name: 'identity.events', topic: identityTopic },
      ...{ categories: ['membership', 'user', 'account'], principal: 'svc:identity', map: toldByIdentity },
    });
    consumer = await startConsumer(createContextReader({ jwks: { keys: [publicJwk] } }));
    // A broker takes its time for that: no test's wait is to hold it.
    await Promise.all([view.caughtUp(), consumer.subscription.joined()]);
  }, 120_000);

  afterAll(async () => {
    await consumer.stop();
    await publisher.stop();
    await view.stop();
    await engineRunning.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const write = (category: string, id: string, who: CurrentUserContext, events: DomainEvent[]) =>
    stores().store.execute({ category, initial: null, evolve: () => null }, id, {
      ...{ id: uuidv7(), context: { ...who, ...requestContext({ timestamp: new Date().toISOString() }) } },
      ...{ now: new Date().toISOString(), decide: () => events },
    });
  const idsOf = (who: CurrentUserContext) => ({ account_id: who.account_id!, user_id: who.user_id! });

  /** An export as far as it has come; what is done has its document in place. */
  async function exported(who: CurrentUserContext, done: 'running' | 'ready', agoMs = 60_000): Promise<string> {
    const ids = { ...idsOf(who), export_id: randomUUID() };
    await objects.put(documentName(ids.account_id, ids.export_id), Buffer.from('all'));
    await write('export', exportId(ids.account_id, ids.export_id), who, exportStory(ids, done, agoMs));
    return ids.export_id;
  }
  const stateOf = async (who: CurrentUserContext, id: string): Promise<KnownExport> => {
    const { state } = await stores().store.load(exportAggregate, exportId(who.account_id!, id));
    if (state.kind === 'none') throw new Error(`no export ${id}`);
    return state;
  };
  const eventsOf = async (who: CurrentUserContext, id: string) => {
    const found: StoredEvent[] = [];
    for await (const event of stores().store.readStream(`export-${exportId(who.account_id!, id)}`)) found.push(event);
    return found;
  };
  const hasDocument = async (who: CurrentUserContext, id: string) => {
    const kept = objects.get(documentName(who.account_id!, id), 1_000);
    return kept.then(
      () => true,
      () => false,
    );
  };
  /** Everything published has been handled or put aside. */
  const settled = async () => {
    await publisher.caughtUp();
    await until('the consumer is level', async () => {
      const lag = await engineRunning.bus.lag('export.members');
      return lag.size > 0 && [...lag.values()].every((left) => left === 0n);
    });
  };
  const member = (account_id: string = randomUUID(), user_id: string = randomUUID()) =>
    signedIn('VIEWER', { account_id, user_id });
  const leave = (who: CurrentUserContext, by = who) =>
    write('membership', `${who.account_id}_${who.user_id}`, by, [
      { type: 'MembershipEnded', data: { ...idsOf(who), role: 'VIEWER', reason: 'removed' } },
    ]);

  describe(`exports, as ${engine} tells who leaves`, () => {
    it('are cancelled while they run and expire at once when they are ready, by a named service for who did it', async () => {
      const ada = member();
      const admin = { ...member(ada.account_id!), role: 'ADMIN' as const };
      const [running, ready] = [await exported(ada, 'running'), await exported(ada, 'ready')];
      await leave(ada, admin);
      await settled();
      expect((await stateOf(ada, running)).status).toBe('cancelled');
      const over = await stateOf(ada, ready);
      const download = () => downloadExport({ user_id: ada.user_id!, now: new Date().toISOString() }, over);
      expect(download).toThrow(expect.objectContaining({ code: 'export-expired' }) as Error);
      expect([await hasDocument(ada, running), await hasDocument(ada, ready)]).toEqual([false, false]);
      for (const [id, type] of [
        [running, 'ExportCancelled'],
        [ready, 'ExportExpired'],
      ] as const) {
        expect((await eventsOf(ada, id)).at(-1)).toMatchObject({
          ...{ type, data: { reason: 'membership-ended', export_id: id } },
          metadata: {
            account_id: ada.account_id,
            actor: { kind: 'service', principal: 'svc:export', on_behalf_of: admin.user_id },
          },
        });
      }
    });

    it('of others in the account, and of the same person in another, go on', async () => {
      const ada = member();
      const ben = member(ada.account_id!);
      const elsewhere = member(randomUUID(), ada.user_id!);
      const kept = [
        [ben, await exported(ben, 'ready')],
        [elsewhere, await exported(elsewhere, 'ready')],
      ] as const;
      const ended = await exported(ada, 'ready');
      await leave(ada);
      await settled();
      expect(await hasDocument(ada, ended)).toBe(false);
      for (const [who, id] of kept)
        expect([await hasDocument(who, id), (await eventsOf(who, id)).length]).toEqual([true, 2]);
    });

    it.each([
      ['disabled', { type: 'UserDisabled', data: { status: 'disabled', reason: null } }],
      [
        'deleted',
        {
          type: 'UserDeleted',
          data: { status: 'deleted', deleted_at: '2026-01-01T00:00:00.000Z', deleted_by_id: null },
        },
      ],
    ])(
      'of somebody who is %s end in every account, and no account learns who did it in another',
      async (what, { type, data }) => {
        const here = member();
        const there = member(randomUUID(), here.user_id!);
        const admin = member(here.account_id!);
        const ids = [await exported(here, 'running'), await exported(there, 'ready')] as const;
        await write('user', here.user_id!, admin, [{ type, data: { ...data, user_id: here.user_id } }]);
        await settled();
        expect((await stateOf(here, ids[0])).status).toBe('cancelled');
        const [last] = (await eventsOf(there, ids[1])).slice(-1);
        expect(last).toMatchObject({ type: 'ExportExpired', data: { reason: `user-${what}` } });
        expect(last!.metadata).toMatchObject({ account_id: there.account_id, actor: { on_behalf_of: there.user_id } });
      },
    );

    it('of everybody in an account that is closed end, however many there are', async () => {
      const account = randomUUID();
      const people = Array.from({ length: 25 }, () => member(account));
      const ids = await Promise.all(people.map((who) => exported(who, 'ready')));
      await write('account', account, people[0]!, [{ type: 'AccountClosed', data: { account_id: account } }]);
      await settled();
      const left = await Promise.all(people.map((who, index) => hasDocument(who, ids[index]!)));
      expect(left.filter(Boolean)).toEqual([]);
    });

    it('do not come back with their person, whose new ones are let alone', async () => {
      const ada = member();
      const old = await exported(ada, 'ready');
      await leave(ada);
      await write('membership', `${ada.account_id}_${ada.user_id}`, ada, [
        { type: 'MembershipGranted', data: { ...idsOf(ada), role: 'VIEWER', via: 'invitation' } },
      ]);
      // Asked for later than the end by more than clocks may differ.
      const fresh = await exported(ada, 'ready', -60_000);
      await settled();
      expect([await hasDocument(ada, old), await hasDocument(ada, fresh)]).toEqual([false, true]);
      expect((await eventsOf(ada, fresh)).length).toBe(2);
    });

    it('are ended once, however often it is told', async () => {
      const ada = member();
      const id = await exported(ada, 'ready');
      await leave(ada);
      await leave(ada);
      await settled();
      expect((await eventsOf(ada, id)).map(({ type }) => type)).toEqual([
        'ExportRequested',
        'ExportSucceeded',
        'ExportExpired',
      ]);
    });

    it('wait, with their person’s later messages, while the documents cannot be removed', async () => {
      const ada = member();
      const id = await exported(ada, 'ready');
      away = new Error('the object store is away');
      await leave(ada);
      await until('it is put aside', async () => (await consumer.keys.counts()).size > 0);
      const [parked] = await consumer.keys.page({ prefix: '', order: 'desc', limit: 1 });
      expect(parked).toMatchObject({ key: `${ada.account_id}/${ada.user_id}`, account: ada.account_id });
      expect(await hasDocument(ada, id)).toBe(true);
      away = undefined;
      expect(await consumer.keys.retry(parked!.id)).toBe(true);
      expect(await hasDocument(ada, id)).toBe(false);
      expect((await eventsOf(ada, id)).filter(({ type }) => type === 'ExportExpired')).toHaveLength(1);
    });
  });
}
