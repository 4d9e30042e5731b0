import { randomBytes } from 'node:crypto';
import { createPool, migrate, provision, type Migration, type Pool, type Projection } from '@annals/postgres';
import { sharedCluster } from './shared-cluster.js';

export interface TestDatabaseOptions {
  /** Names the roles, as in production: `<service>_owner` and `<service>_app`. */
  service: string;
  migrations?: readonly Migration[];
  projections?: readonly Projection[];
  /** Connections of the pool at most; 10 unless said. */
  max?: number;
}

export interface TestDatabase {
  ownerUrl: string;
  appUrl: string;
  superuserUrl: string;
  /** As the service works: row-level security applies. */
  pool: Pool;
  stop(): Promise<void>;
}

/** A new, migrated database in the PostgreSQL of this jest run. */
export async function startTestDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const cluster = await sharedCluster();
  const name = `test_${options.service}_${randomBytes(6).toString('hex')}`;
  const owner = `${options.service}_owner`;
  const app = `${options.service}_app`;
  await provision(cluster.url('postgres', 'postgres'), [{ name, owner, app }], () => undefined);
  const ownerUrl = cluster.url(name, owner);
  const appUrl = cluster.url(name, app);
  const { service, migrations = [], projections = [] } = options;
  await migrate(ownerUrl, { service, migrations, projections, appRole: app });
  const pool = createPool({ url: appUrl, applicationName: `test ${service}`, max: options.max ?? 10 });
  return { ownerUrl, appUrl, superuserUrl: cluster.url(name, 'postgres'), pool, stop: () => pool.end() };
}

/**
 * Gives the tests of a file (or describe) a database of their own, made before the first and closed after the last.
 * @returns a function, because the database is there only once the tests run
 */
export function testDatabase(options: TestDatabaseOptions): () => TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await startTestDatabase(options);
  });
  afterAll(() => database?.stop());
  return () => {
    if (!database) throw new Error('The test database is there once the tests run, not while they are declared.');
    return database;
  };
}
