import { allEvents, type Service } from '@annals/contracts';
import { connectEventStore, personOf, type EventStore } from '@annals/event-store';
import { connectBus, type Bus } from '@annals/messaging';
import {
  assertTenantIsolation,
  createPool,
  isTransient,
  keepReplayingErasures,
  migrate,
  replayErasures,
  runProjection,
  startForgetting,
  subjectKeyMigrations,
  subjectKeys,
  type Forgetting,
  type Migration,
  type Pool,
  type Projection,
  type ProjectionRunner,
  type SubjectKeyStore,
} from '@annals/postgres';
import type { Check } from './http/health.js';
import type { Logger } from './log.js';
import { processMetrics, type Metrics } from './metrics.js';
import type { Boot, Close } from './run-service.js';

/** The part of a service's configuration that names its stores; `storeConfig` reads it. */
export interface StoreSettings {
  DATABASE_URL: string;
  DATABASE_OWNER_URL: string;
  KEYS_DATABASE_URL: string;
  KEY_ENCRYPTION_KEY: Buffer;
  EVENTSTORE_URL: string;
  BUS_DATABASE_URL?: string;
  KAFKA_BROKERS?: string[];
}

export interface StoreOptions {
  service: Service;
  config: StoreSettings;
  migrations: readonly Migration[];
  projections: readonly Projection[];
  logger: Logger;
  metrics?: Metrics;
}

/** What a service stands on, connected and up to date. */
export interface Stores {
  /** For requests. */
  pool: Pool;
  /** For what goes on without anybody asking: views, reactors, publishers, jobs. However much of it waits, requests do not. */
  backgroundPool: Pool;
  keys: SubjectKeyStore;
  /** For every cache that holds personal data in clear. */
  forgetting: Forgetting;
  store: EventStore;
  bus: Bus;
  /** In the order of `projections`. */
  runners: ProjectionRunner[];
  /** For `/readyz`. */
  readiness: Record<string, Check>;
  /** Ends projections, then closes the stores. */
  close: Close[];
}

/**
 * Waits for the stores in whatever order they come up, brings the databases up to this code and starts the projections.
 * @throws Error when waiting cannot help: a migration that has changed, a hole between tenants, no bus
 */
export async function openStores(boot: Boot, options: StoreOptions): Promise<Stores> {
  const close: Close[] = [];
  try {
    return await open(boot, options, close);
  } catch (error) {
    await Promise.allSettled(close.map((end) => end()));
    throw error;
  }
}

async function open(boot: Boot, options: StoreOptions, close: Close[]): Promise<Stores> {
  const { service, config, migrations, projections, logger } = options;
  const onIdleError = (error: Error) => logger.warn({ dependency: 'postgres', error }, 'an idle connection was lost');
  const appRole = decodeURIComponent(new URL(config.DATABASE_URL).username);
  const settings = busConfig(service, config, logger);
  await prepared(boot, 'postgres', () =>
    migrate(config.DATABASE_OWNER_URL, { service, migrations, projections, appRole }),
  );
  await prepared(boot, 'keys', () => migrateKeys(config.KEYS_DATABASE_URL));
  const pool = createPool({ url: config.DATABASE_URL, applicationName: service, onIdleError });
  close.unshift(() => pool.end());
  const backgroundPool = createPool({
    ...{ url: config.DATABASE_URL, applicationName: `${service} background`, max: 6, onIdleError },
  });
  close.unshift(() => backgroundPool.end());
  // A table that was forgotten in row-level security stops the start, not the auditor.
  await prepared(boot, 'tenant isolation', () => assertTenantIsolation(pool));
  const keysPool = createPool({ url: config.KEYS_DATABASE_URL, applicationName: service, max: 4, onIdleError });
  close.unshift(() => keysPool.end());
  const keys = subjectKeys(keysPool, config.KEY_ENCRYPTION_KEY);
  const onKeysError = (error: Error) => logger.warn({ dependency: 'keys', error }, 'fences could not be heard of');
  const forgetting = startForgetting({ url: config.KEYS_DATABASE_URL, pool: keysPool, onError: onKeysError });
  close.unshift(() => forgetting.stop());
  const store = connectEventStore({
    ...{ url: config.EVENTSTORE_URL, events: allEvents, keys },
    mayKeepFolds: forgetting.trusted,
  });
  close.unshift(() => store.close());
  forgetting.each((holder) => keys.forget(holder));
  forgetting.each((holder) => store.forget(holder === null ? null : personOf(holder)));
  await boot.connect('event-store', () => store.ping());
  const onReplayError = (error: Error) => logger.warn({ error }, 'erasures could not be replayed and are tried again');
  const replaying = { pool: keysPool, url: config.KEYS_DATABASE_URL, keys, store, onError: onReplayError };
  // A key database from a backup holds keys that were destroyed since: nobody is served before they are gone again.
  await boot.connect('erasures', () => replayErasures(replaying));
  const replayer = keepReplayingErasures(replaying);
  close.unshift(() => replayer.stop());
  const bus = connectBus(settings);
  close.unshift(() => bus.close());
  await boot.connect('bus', () => bus.ping());
  const runners = projections.map((projection) => {
    const onError = (error: Error) => logger.error({ projection: projection.name, error }, 'a projection failed');
    return runProjection({ projection, pool: backgroundPool, store, onError });
  });
  close.unshift(...runners.map((runner) => () => runner.stop()));
  countProjections(runners, options.metrics ?? processMetrics);
  return {
    ...{ pool, backgroundPool, keys, forgetting, store, bus, runners, close },
    readiness: {
      postgres: async () => void (await pool.query('select')),
      keys: async () => void (await keysPool.query('select')),
      'event-store': () => store.ping(),
      bus: () => bus.ping(),
      ...Object.fromEntries(runners.map((runner) => [`projection ${runner.projection.name}`, () => healthy(runner)])),
    },
  };
}

/** Waits for a store that is away or not provisioned yet; what the store is there to refuse is not asked again. */
async function prepared(boot: Boot, dependency: string, work: () => Promise<void>): Promise<void> {
  const refusal = await boot.connect(dependency, () =>
    work().then(
      () => undefined,
      (error: Error) => {
        if (mayPass(error) || mayPass(error.cause)) throw error;
        return error;
      },
    ),
  );
  if (refusal) throw refusal;
}

/** PostgreSQL's own refusals carry a code (class 28 and 3D: role or database not made yet). */
function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return isTransient(error) || (typeof code === 'string' && /^(28|3D)/.test(code));
}

/** Whoever works in the keys' database owns its one table. */
function migrateKeys(url: string): Promise<void> {
  const appRole = decodeURIComponent(new URL(url).username);
  return migrate(url, { service: 'keys', migrations: subjectKeyMigrations, appRole });
}

function busConfig(service: string, { KAFKA_BROKERS, BUS_DATABASE_URL }: StoreSettings, logger: Logger) {
  if (KAFKA_BROKERS) return { kind: 'kafka', brokers: KAFKA_BROKERS, clientId: service, logger } as const;
  if (BUS_DATABASE_URL) return { kind: 'postgres', url: BUS_DATABASE_URL, clientId: service, logger } as const;
  throw new Error('Name a bus: KAFKA_BROKERS, or BUS_DATABASE_URL for the embedded one');
}

/** A halted projection shows in readiness; one that is merely behind does not: its readers wait or are told. */
async function healthy(runner: ProjectionRunner): Promise<void> {
  const { status } = runner.status();
  if (status === 'halted') throw new Error(`the projection ${runner.projection.name} is halted`);
}

function countProjections(runners: readonly ProjectionRunner[], metrics: Metrics): void {
  metrics.gauge(
    'annals_projection_halted',
    '1 while a projection stands at a poison event',
    ['projection'],
    (gauge) => {
      for (const runner of runners) {
        gauge.set(runner.status().status === 'halted' ? 1 : 0, { projection: runner.projection.name });
      }
    },
  );
}
