export { guardUntilEndOf } from './guard.js';
export { startTestDatabase, testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { startOwnPostgres, type OwnPostgres } from './own-postgres.js';
export { sharedCluster, type SharedCluster } from './shared-cluster.js';
export { until } from './until.js';
export { project, rowsOf, storedEvents, type EventSketch } from './stored-events.js';
export { startTestStores, testStores, type TestStores, type TestStoresOptions } from './test-stores.js';
export { deciderSpec, laws, type Decider, type DeciderSpec, type Lives, type Then } from './decider-spec.js';
export { eraseHolders } from './erase-holders.js';
export { everyRow } from './every-row.js';
export { vacuumTables } from './vacuum-tables.js';
export { anonymous, requestContext, signedIn } from './contexts.js';
export {
  startTestService,
  type Answered,
  type Asked,
  type TestService,
  type TestServiceOptions,
} from './test-service.js';
export { startStubIssuer, stubKey, type StubIssuer, type StubKey } from './stub-issuer.js';
