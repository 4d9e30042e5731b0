import { allEvents, type CurrentUserContext } from '@annals/contracts';
import { connectEventStore } from '@annals/event-store';
import { startForgetting } from '@annals/postgres';
import {
  type Answered,
  signedIn,
  startTestService,
  type TestService,
  testStores,
  type TestStores,
} from '@annals/testing';
import { startFolds } from '../folds/start-folds.js';
import { preferencesServiceRoutes } from '../preferences/routes.js';

/** Everything but `body` and `at` is a header. */
type Extra = { body?: unknown; at?: TestService } & Record<string, unknown>;

/** Two processes of what answers about preferences, over one event store. */
export interface PreferencesService {
  stores: TestStores;
  other: TestService;
  /** Calls the first process unless `at` says another. */
  call(method: string, path: string, who: CurrentUserContext, extra?: Extra): Promise<Answered>;
}

export const own = '/users/preferences';
export const ofAccount = ({ account_id }: CurrentUserContext) => `/accounts/${account_id}/preferences`;

/** Somebody without rights, and an ADMIN of the same account. */
export function people(): { me: CurrentUserContext; admin: CurrentUserContext } {
  const admin = signedIn('ADMIN');
  return { admin, me: signedIn('VIEWER', { account_id: admin.account_id }) };
}

/** Gives the tests of a file a service of their own. @returns a function, because it is there only once the tests run */
export function testPreferences(): () => PreferencesService {
  const stores = testStores({ service: 'profile', projections: [], events: allEvents });
  let service: PreferencesService;
  let processes: TestService[];
  beforeAll(async () => {
    processes = await Promise.all([startProcess(stores()), startProcess(stores())]);
    const [one, other] = processes as [TestService, TestService];
    service = {
      ...{ stores: stores(), other },
      call: (method, path, who, { body, at = one, ...extra } = {}) =>
        at.call(method, path, who, { body, headers: extra as Record<string, string> }),
    };
  });
  afterAll(async () => void (await Promise.all(processes.map((process) => process.stop()))));
  return () => service;
}

/** One process of the service over the shared store, with a connection and memory of its own. */
async function startProcess({
  eventNode,
  keys,
  keysDatabase,
  keyEncryptionKey: commandKey,
}: TestStores): Promise<TestService> {
  const forgetting = startForgetting({ url: keysDatabase.appUrl, pool: keysDatabase.pool });
  await forgetting.ready;
  const mayKeepFolds = forgetting.trusted;
  const store = connectEventStore({ url: eventNode.url, events: allEvents, keys, mayKeepFolds });
  const folds = startFolds(store, forgetting);
  const routes = preferencesServiceRoutes({ folds, store });
  const service = await startTestService({ service: 'profile', routes, commandKey });
  return {
    ...service,
    async stop() {
      await service.stop();
      await folds.stop();
      await forgetting.stop();
      await store.close();
    },
  };
}
