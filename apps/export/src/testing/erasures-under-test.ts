import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import {
  allEvents,
  type CurrentUserContext,
  type DomainEvent,
  type ErasingService,
  erasingServices,
  type Removed,
} from '@annals/contracts';
import { accountStream, uuidv7 } from '@annals/event-store';
import { runProjection, type ProjectionRunner } from '@annals/postgres';
import { type InternalClient } from '@annals/service';
import { signedIn, startTestService, testStores, type TestService, type TestStores } from '@annals/testing';
import { type AskService } from '../erasure/ask-services.js';
import { erasureAggregate } from '../erasure/erasure-aggregate.js';
import { type KnownErasure } from '../erasure/erasure.js';
import { knownAccounts } from '../erasure/known-accounts.js';
import { erasureRoutesOf } from '../erasure/routes.js';
import { type ErasureParts, runErasure } from '../erasure/run-erasure.js';
import { standings } from '../standing/standing.js';
import { erasuresProjection } from '../views/erasures/erasures.projection.js';
import { membershipsProjection } from '../views/memberships/memberships.projection.js';

/** Everything an erasure stands on but the other services, which a test plays. */
export interface ErasuresUnderTest {
  stores: TestStores;
  service: TestService;
  parts: ErasureParts;
  views: { memberships: ProjectionRunner; erasures: ProjectionRunner };
  /** What each service answers when it is asked to forget; may be changed. */
  answers: Record<ErasingService, AskService>;
  /** Asks that reached the services, in order. */
  asked: { service: ErasingService; ask: Parameters<AskService>[0] }[];
  /** Who has MANAGE_PRIVACY still, in the eyes of identity. */
  officers: Set<string>;
  /** Moves the clock of the process. */
  later(hours: number): void;
  write(who: CurrentUserContext, category: string, id: string, events: readonly DomainEvent[]): Promise<void>;
  /** A member of an account, with a sign-in of just now. */
  member(role?: 'VIEWER' | 'ADMIN', accountId?: string, userId?: string): Promise<CurrentUserContext>;
  held(who: CurrentUserContext, yes: boolean): Promise<void>;
  stateOf(erasureId: string): Promise<KnownErasure>;
  run(erasureId: string): ReturnType<typeof runErasure>;
}

const graceHours = 24;
/** The views have only just been started, on whatever machine. */
const patienceMs = 60_000;
export const signing = generateKeyPairSync('ed25519');

export function erasuresUnderTest(): () => ErasuresUnderTest {
  const stores = testStores({
    service: 'export',
    events: allEvents,
    projections: [membershipsProjection, erasuresProjection],
  });
  let under: ErasuresUnderTest;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const { store, keys, database, keyEncryptionKey } = stores();
    const memberships = runProjection({ projection: membershipsProjection, pool: database.pool, store });
    const erasures = runProjection({ projection: erasuresProjection, pool: database.pool, store });
    const accounts = knownAccounts(database.pool, memberships, patienceMs);
    const officers = new Set<string>();
    const asked: ErasuresUnderTest['asked'] = [];
    const answers = Object.fromEntries(
      erasingServices.map((service) => [service, async (): Promise<Removed> => ({ things: 1 })]),
    ) as unknown as ErasuresUnderTest['answers'];
    let ahead = 0;
    const now = () => new Date(Date.now() + ahead);
    const identity = {
      call: async ({ path }: { path: string }) => {
        const [, userId = ''] = /users\/([^/]+)\//.exec(path) ?? [];
        const granted = officers.has(userId);
        const permissions = [{ permission: 'MANAGE_PRIVACY', granted, paths: [] }];
        const rights = { user_id: userId, role: 'ADMIN', roles: ['ADMIN'], valid_until: null, permissions };
        return { status: 200, headers: {}, body: rights };
      },
    } as unknown as InternalClient;
    const signer = { name: 'annals/erasure', privateKey: signing.privateKey };
    const parts: ErasureParts = {
      ...{ store, keys, accounts, identity, now, cacheMs: 1, signer },
      services: Object.fromEntries(
        erasingServices.map((service) => [
          service,
          (ask: Parameters<AskService>[0]) => {
            asked.push({ service, ask });
            return answers[service](ask);
          },
        ]),
      ) as ErasureParts['services'],
    };
    const routes = erasureRoutesOf({
      ...{ store, pool: database.pool, accounts, graceHours, receiptSecret: randomBytes(32), now, signer },
    });
    const service = await startTestService({
      ...{ service: 'export', routes, commandKey: keyEncryptionKey, projections: [erasures, memberships] },
    });
    const write: ErasuresUnderTest['write'] = async (who, category, id, events) => {
      const aggregate = { category, initial: null, evolve: () => null };
      await store.execute(aggregate, id, {
        ...{ id: uuidv7(), context: who, now: new Date().toISOString(), decide: () => events },
      });
    };
    stop = async () => {
      await service.stop();
      await Promise.all([memberships.stop(), erasures.stop()]);
    };
    under = {
      ...{ stores: stores(), service, parts, answers, asked, officers, write },
      views: { memberships, erasures },
      later: (hours) => void (ahead += hours * 3_600_000),
      async member(role = 'VIEWER', accountId = randomUUID(), userId = randomUUID()) {
        const who = signedIn(role, {
          ...{ account_id: accountId, user_id: userId, authenticated_at: new Date().toISOString() },
          timestamp: new Date().toISOString(),
        });
        const data = { account_id: accountId, user_id: userId, role };
        await write(who, 'membership', accountStream(accountId, userId), [{ type: 'MembershipGranted', data }]);
        return who;
      },
      async held(who, yes) {
        const data = { account_id: who.account_id, user_id: who.user_id };
        const at = new Date().toISOString();
        await store.execute(standings, accountStream(who.account_id!, who.user_id!), {
          ...{ id: uuidv7(), context: who, now: at },
          decide: () => [
            yes
              ? {
                  type: 'LegalHoldPlaced',
                  data: { ...data, reason: 'a matter', placed_by_id: who.user_id, until: null, placed_at: at },
                }
              : { type: 'LegalHoldReleased', data: { ...data, released_by_id: who.user_id, released_at: at } },
          ],
        });
      },
      async stateOf(erasureId) {
        const { state } = await store.load(erasureAggregate, erasureId);
        if (state.kind === 'none') throw new Error('there is no such erasure');
        return state;
      },
      run: (erasureId) => runErasure(parts, erasureId, new AbortController().signal),
    };
  });
  afterAll(() => stop());
  return () => under;
}

/** Asks, and gives the id and the receipt. */
export async function asks(
  { service }: ErasuresUnderTest,
  who: CurrentUserContext,
  body: object = {},
): Promise<{ id: string; receipt: string }> {
  const { status, json, text } = await service.call('POST', '/users/data/erasure', who, { body });
  if (status !== 202) throw new Error(`not accepted: ${text}`);
  return json as { id: string; receipt: string };
}
