import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allEvents, type CurrentUserContext, type ErasedHolder } from '@annals/contracts';
import { connectEventStore, decodeTokens, type EventStore, type Outcome, uuidv7 } from '@annals/event-store';
import { folderObjects } from '@annals/objects';
import {
  type ProjectionRunner,
  type ReactorRunner,
  runProjection,
  runReactor,
  startForgetting,
} from '@annals/postgres';
import { sealedTexts } from '@annals/service';
import {
  type Answered,
  eraseHolders,
  startTestService,
  type TestService,
  testStores,
  type TestStores,
} from '@annals/testing';
import { avatarLinks } from '../avatar/avatar-links.js';
import { avatarChanges } from '../avatar/change-avatar.js';
import { createPictureCleaner } from '../avatar/picture/picture-cleaner.js';
import { profileErasers } from '../erasure/erasers.js';
import { startFolds } from '../folds/start-folds.js';
import { handleIds } from '../handle/handle-id.js';
import { reactorsOf } from '../reactors/reactors.js';
import { type ProfileParts, profileServiceRoutes } from '../routes.js';
import { pendingEvidence } from '../verification/evidence/pending-evidence.js';
import { directory } from '../views/directory/projection.js';
import { handleHolders } from '../views/handle-holders/projection.js';
import { members } from '../views/members/projection.js';
import { verificationList } from '../views/verifications/projection.js';

/** Everything but `body` and `at` is a header. */
export type Extra = { body?: unknown; at?: TestService } & Record<string, unknown>;

/** Two processes of the service over one set of stores, as behind a gateway; the reactors run in the first. */
export interface ProfileService {
  stores: TestStores;
  /** The parts of the first process, for what is called without HTTP. */
  parts: ProfileParts;
  one: TestService;
  other: TestService;
  call(method: string, path: string, who: CurrentUserContext | null, extra?: Extra): Promise<Answered>;
  /** Resolves when the reactors have acted on everything that was there. */
  reacted(): Promise<void>;
  /** Erases holders as the export service has it done, and removes what this service holds of them. @returns what */
  erase(...holders: ErasedHolder[]): Promise<Record<string, number>>;
  stopReactors(): Promise<void>;
  startReactors(): void;
  /** What identity would have written. @returns `x-position` of it */
  join(who: CurrentUserContext): Promise<string>;
  leave(who: CurrentUserContext): Promise<string>;
}

interface Process {
  store: EventStore;
  parts: ProfileParts;
  service: TestService;
  stop(): Promise<void>;
}

/** Gives the tests of a file a service of their own. @returns a function, because it is there only once the tests run */
export function testProfileService(): () => ProfileService {
  const stores = testStores({
    service: 'profile',
    migrations: [pendingEvidence, avatarChanges],
    projections: [members, verificationList, directory, handleHolders],
    events: allEvents,
  });
  const folder = mkdtempSync(join(tmpdir(), 'annals-objects-'));
  const objects = folderObjects(folder);
  const handleId = handleIds(randomBytes(32));
  const texts = sealedTexts(randomBytes(32));
  // As it is built: a process of its own does not run the sources.
  const pictures = createPictureCleaner({ script: join(__dirname, '../../dist/avatar/picture/picture-process.js') });
  let view: ProjectionRunner;
  let verifications: ProjectionRunner;
  let people: ProjectionRunner;
  let holders: ProjectionRunner;
  let processes: Process[] = [];
  let reactors: ReactorRunner[] = [];
  let service: ProfileService;

  beforeAll(async () => {
    const { store, database } = stores();
    view = runProjection({ projection: members, pool: database.pool, store });
    verifications = runProjection({ projection: verificationList, pool: database.pool, store });
    people = runProjection({ projection: directory, pool: database.pool, store });
    holders = runProjection({ projection: handleHolders, pool: database.pool, store });
    const shared = { view, verifications, directory: people, objects, handleId, texts, pictures };
    processes = await Promise.all([startProcess(stores(), shared), startProcess(stores(), shared)]);
    const [{ service: one, parts }, { service: other }] = processes as [Process, Process];
    const startReactors = () => {
      const options = { pool: database.pool, store: parts.store };
      reactors = reactorsOf({ ...parts }).map((reactor) => runReactor({ reactor, ...options }));
    };
    startReactors();
    service = {
      ...{ stores: stores(), parts, one, other, startReactors },
      call: (method, path, who, { body, at = one, ...extra } = {}) =>
        at.call(method, path, who, { body, headers: extra as Record<string, string> }),
      async erase(...asked) {
        const erasure = await eraseHolders(stores().keys, [store, ...processes.map((process) => process.store)], asked);
        const runners = [view, verifications, people, holders];
        const tokens = decodeTokens(erasure.positions);
        await Promise.all(runners.map((runner) => runner.waitFor(tokens, 10_000)));
        const removed: Record<string, number> = {};
        for (const eraser of profileErasers(parts)) {
          for (const holder of asked) removed[eraser.of] = (removed[eraser.of] ?? 0) + (await eraser.remove(holder));
        }
        return removed;
      },
      reacted: async () => void (await Promise.all(reactors.map((reactor) => reactor.caughtUp()))),
      stopReactors: async () => void (await Promise.all(reactors.map((reactor) => reactor.stop()))),
      join: (who) => membershipEvent(store, who, 'MembershipGranted', { role: 'VIEWER' }),
      leave: (who) => membershipEvent(store, who, 'MembershipEnded', { reason: 'removed' }),
    };
  });
  afterAll(async () => {
    await Promise.all(reactors.map((reactor) => reactor.stop()));
    await Promise.all(processes.map((process) => process.stop()));
    await Promise.all([view.stop(), verifications.stop(), people.stop(), holders.stop()]);
    pictures.stop();
    rmSync(folder, { recursive: true });
  });
  return () => service;
}

/** What is one for all processes. */
type Shared = Pick<ProfileParts, 'objects' | 'handleId' | 'texts' | 'verifications' | 'directory' | 'pictures'> & {
  view: ProjectionRunner;
};

/** One process of the service over the shared stores, with a connection and memory of its own. */
async function startProcess(
  { eventNode, keys, keysDatabase, database, keyEncryptionKey: commandKey }: TestStores,
  { view: members, ...shared }: Shared,
): Promise<Process> {
  const forgetting = startForgetting({ url: keysDatabase.appUrl, pool: keysDatabase.pool });
  await forgetting.ready;
  const mayKeepFolds = forgetting.trusted;
  const store = connectEventStore({ url: eventNode.url, events: allEvents, keys, mayKeepFolds });
  const folds = startFolds(store, forgetting);
  const parts = { ...shared, store, folds, keys, pool: database.pool, members, avatarLinks: avatarLinks(commandKey) };
  const service = await startTestService({ service: 'profile', routes: profileServiceRoutes(parts), commandKey });
  const stop = async () => {
    await service.stop();
    await folds.stop();
    await forgetting.stop();
    await store.close();
  };
  return { store, parts, service, stop };
}

async function membershipEvent(
  store: EventStore,
  who: CurrentUserContext,
  type: string,
  data: Record<string, unknown>,
): Promise<string> {
  const { account_id, user_id } = who;
  const outcome: Outcome<null> = await store.execute(
    { category: 'membership', initial: null, evolve: () => null },
    `${account_id}_${user_id}`,
    {
      ...{ id: uuidv7(), context: who, now: new Date().toISOString() },
      decide: () => [{ type, data: { account_id, user_id, ...data } }],
    },
  );
  const { commit, prepare } = outcome.position!;
  return `${commit}-${prepare}@membership`;
}
