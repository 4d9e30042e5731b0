import { join } from 'node:path';
import { allEvents, type ErasedHolder } from '@annals/contracts';
import { connectEventStore, type EventStore, holderOf, type Subscription } from '@annals/event-store';
import { type ProjectionRunner, startForgetting } from '@annals/postgres';
import { startTestService, type TestService, type TestStores, until } from '@annals/testing';
import { avatarLinks } from '../avatar/avatar-links.js';
import { createPictureCleaner, type PictureCleaner } from '../avatar/picture/picture-cleaner.js';
import { startFolds } from '../folds/start-folds.js';
import { type ProfileParts, profileServiceRoutes } from '../routes.js';

/** For machines that do much else besides, in milliseconds: nothing is asserted of it. */
export const patienceMs = 50_000;

/** A process of the service, as far as tests hold it in their hands. */
export interface ProfileProcess {
  store: EventStore;
  parts: ProfileParts;
  service: TestService;
  /** What keeps its folds fresh. */
  following: Subscription;
  /** Does what makes it forget these holders; resolves when it has. */
  forgetting<T>(holders: readonly ErasedHolder[], work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** What is one for all processes. */
export type Shared = Pick<
  ProfileParts,
  'objects' | 'handleId' | 'texts' | 'verifications' | 'directory' | 'pictures'
> & {
  view: ProjectionRunner;
  /** When the tests began: links to pictures change at noon and at midnight, but not under a test. */
  began: number;
};

/** One process of the service over the shared stores, with a connection and memory of its own. */
export async function startProfileProcess(
  { eventNode, keys, keysDatabase, database, keyEncryptionKey: commandKey }: TestStores,
  { view: members, began, ...shared }: Shared,
): Promise<ProfileProcess> {
  const forgetting = startForgetting({ url: keysDatabase.appUrl, pool: keysDatabase.pool });
  await forgetting.ready;
  const mayKeepFolds = forgetting.trusted;
  const patience = { appendTimeoutMs: patienceMs };
  const store = connectEventStore({ url: eventNode.url, events: allEvents, keys, mayKeepFolds, ...patience });
  let following: Subscription | undefined;
  const folds = startFolds({ ...store, subscribe: (options) => (following = store.subscribe(options)) }, forgetting);
  const links = avatarLinks(commandKey, () => began);
  const parts = { ...shared, store, folds, keys, pool: database.pool, members, avatarLinks: links };
  const service = await startTestService({ service: 'profile', routes: profileServiceRoutes(parts), commandKey });
  const forgotten = new Set<string | null>();
  // Told after the folds, which were first.
  forgetting.each((holder) => forgotten.add(holder));
  return {
    ...{ store, parts, service, following: following! },
    async forgetting(holders, work) {
      forgotten.clear();
      const done = await work();
      const names = holders.map(({ user_id, account_id }) => holderOf(user_id, account_id));
      const hasForgotten = () => forgotten.has(null) || names.every((name) => forgotten.has(name));
      await until('a process has forgotten who was erased', hasForgotten, patienceMs);
      return done;
    },
    async stop() {
      await service.stop();
      await folds.stop();
      await forgetting.stop();
      await store.close();
    },
  };
}

/** Cleans pictures as it is built: a process of its own does not run the sources. */
export const builtPictureCleaner = (): PictureCleaner =>
  createPictureCleaner({
    script: join(__dirname, '../../dist/avatar/picture/picture-process.js'),
    limitMs: patienceMs,
  });
