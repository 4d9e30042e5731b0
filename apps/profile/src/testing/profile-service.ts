import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allEvents, type CurrentUserContext, type ErasedHolder, headers } from '@annals/contracts';
import { decodeTokens, type EventStore, type Outcome, uuidv7 } from '@annals/event-store';
import { folderObjects } from '@annals/objects';
import { type ProjectionRunner, type ReactorRunner, runProjection, runReactor } from '@annals/postgres';
import { sealedTexts } from '@annals/service';
import { type Answered, eraseHolders, type TestService, testStores, type TestStores } from '@annals/testing';
import { avatarChanges } from '../avatar/change-avatar.js';
import { profileErasers } from '../erasure/erasers.js';
import { handleIds } from '../handle/handle-id.js';
import { reactorsOf } from '../reactors/reactors.js';
import { type ProfileParts } from '../routes.js';
import { pendingEvidence } from '../verification/evidence/pending-evidence.js';
import { directory } from '../views/directory/projection.js';
import { handleHolders } from '../views/handle-holders/projection.js';
import { members } from '../views/members/projection.js';
import { verificationList } from '../views/verifications/projection.js';
import { builtPictureCleaner, patienceMs, type ProfileProcess, startProfileProcess } from './profile-process.js';

/** Everything but `body` and `at` is a header. */
export type Extra = { body?: unknown; at?: TestService } & Record<string, unknown>;

/** Two processes of the service over one set of stores, as behind a gateway; the reactors run in the first. */
export interface ProfileService {
  stores: TestStores;
  /** The parts of the first process, for what is called without HTTP. */
  parts: ProfileParts;
  one: TestService;
  other: TestService;
  /** As clients do, asks again when a view was behind for longer than the service waits for it. */
  call(method: string, path: string, who: CurrentUserContext | null, extra?: Extra): Promise<Answered>;
  /** Resolves when views, and what both processes hold in memory, know of everything that was written, by whomever. */
  followed(): Promise<void>;
  /** Resolves when the reactors have acted on everything that was there, and on what came of that, and `followed`. */
  reacted(): Promise<void>;
  /** Erases holders as the export service has it done, and removes what this service holds of them. @returns what */
  erase(...holders: ErasedHolder[]): Promise<Record<string, number>>;
  stopReactors(): Promise<void>;
  startReactors(): void;
  /** What identity would have written. @returns `x-position` of it */
  join(who: CurrentUserContext): Promise<string>;
  leave(who: CurrentUserContext): Promise<string>;
}

/** Gives the tests of a file a service of their own. @returns a function, because it is there only once the tests run */
export function testProfileService(): () => ProfileService {
  const folder = mkdtempSync(join(tmpdir(), 'annals-objects-'));
  const objects = folderObjects(folder);
  const handleId = handleIds(randomBytes(32));
  const texts = sealedTexts(randomBytes(32));
  const pictures = builtPictureCleaner();
  let runners: ProjectionRunner[] = [];
  let processes: ProfileProcess[] = [];
  let reactors: ReactorRunner[] = [];
  let service: ProfileService;

  // Before that of the stores, which end after everything that works with them.
  afterAll(async () => {
    await Promise.all(reactors.map((reactor) => reactor.stop()));
    await Promise.all(processes.map((process) => process.stop()));
    await Promise.all(runners.map((runner) => runner.stop()));
    pictures.stop();
    rmSync(folder, { recursive: true });
  });
  const stores = testStores({
    service: 'profile',
    migrations: [pendingEvidence, avatarChanges],
    projections: [members, verificationList, directory, handleHolders],
    events: allEvents,
  });
  beforeAll(async () => {
    const { store, database } = stores();
    const { pool } = database;
    const run = (projection: ProjectionRunner['projection']) => runProjection({ projection, pool, store });
    const [view, verifications, people] = [run(members), run(verificationList), run(directory)];
    runners = [view, verifications, people, run(handleHolders)];
    const shared = { view, verifications, directory: people, objects, handleId, texts, pictures, began: Date.now() };
    const started = await Promise.all([startProfileProcess(stores(), shared), startProfileProcess(stores(), shared)]);
    processes = started;
    const [{ service: one, parts }, { service: other }] = started;
    const startReactors = () => {
      reactors = reactorsOf({ ...parts }).map((reactor) => runReactor({ reactor, pool, store: parts.store }));
    };
    startReactors();
    const waitFor = (positions: string) =>
      Promise.all(runners.map((runner) => runner.waitFor(decodeTokens(positions), patienceMs)));
    const caughtUp = (all: readonly { caughtUp(): Promise<void> }[]) => Promise.all(all.map((each) => each.caughtUp()));
    const followed = async () => void (await caughtUp([...runners, ...processes.map(({ following }) => following)]));
    service = {
      ...{ stores: stores(), parts, one, other, startReactors, followed },
      async call(method, path, who, { body, at = one, ...extra } = {}) {
        const ask = () => at.call(method, path, who, { body, headers: extra as Record<string, string> });
        const answer = await ask();
        if (answer.json.code !== 'projection-behind') return answer;
        await waitFor(String(extra[headers.minPosition]));
        return ask();
      },
      async erase(...asked) {
        const erasing = () => eraseHolders(stores().keys, [store, ...started.map((each) => each.store)], asked);
        const erasure = processes.reduce((work, each) => () => each.forgetting(asked, work), erasing);
        await waitFor((await erasure()).positions);
        const removed: Record<string, number> = {};
        for (const eraser of profileErasers(parts)) {
          for (const holder of asked) removed[eraser.of] = (removed[eraser.of] ?? 0) + (await eraser.remove(holder));
        }
        await followed();
        return removed;
      },
      async reacted() {
        let end: bigint | undefined;
        do {
          end = await endOf(store);
          await caughtUp(reactors);
        } while ((await endOf(store)) !== end);
        await followed();
      },
      stopReactors: async () => void (await Promise.all(reactors.map((reactor) => reactor.stop()))),
      join: (who) => membershipEvent(store, who, 'MembershipGranted', { role: 'VIEWER' }),
      leave: (who) => membershipEvent(store, who, 'MembershipEnded', { reason: 'removed' }),
    };
    // A service that is only coming up answers that its views are behind.
    await service.reacted();
  });
  return () => service;
}

async function endOf(store: EventStore): Promise<bigint | undefined> {
  for await (const { position } of store.readAll({ backwards: true, limit: 1, open: false })) return position.commit;
  return undefined;
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
