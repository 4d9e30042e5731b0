import { allEvents, type CurrentUserContext, type DomainEvent, headers } from '@annals/contracts';
import { type Aggregate, encodeTokens, uuidv7 } from '@annals/event-store';
import { runProjection, type ProjectionRunner } from '@annals/postgres';
import { createLogger } from '@annals/service';
import {
  type Answered,
  requestContext,
  startTestService,
  startTestStores,
  type TestService,
  type TestStores,
} from '@annals/testing';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { activityConfig, type ActivityConfig } from '../config.js';
import { openParts, type OpenedActivity } from '../open-activity.js';
import { type Ground, type Part } from '../part.js';
import { parts as allParts } from '../parts.js';

/** A reader of these services is as patient as the machine is slow; how long one of production waits is proved elsewhere. */
const patienceMs = 40_000;

/** A running activity service over stores of its own. */
export interface ActivityUnderTest {
  stores: TestStores;
  service: TestService;
  config: ActivityConfig;
  runners: readonly ProjectionRunner[];
  ground: Omit<Ground, 'runner'>;
  /** What another service would have written. @returns the position to wait for, as `x-min-position` takes it */
  happened(who: CurrentUserContext, category: string, id: string, events: DomainEvent[], now?: string): Promise<string>;
  /** A read that waits for `seen`. */
  get(path: string, who: CurrentUserContext, seen?: string): Promise<Answered>;
}

/** Gives the tests of a file one activity service; it is there once tests run. */
export function activityUnderTest(parts: readonly Part[] = allParts): () => ActivityUnderTest {
  let running: { under: ActivityUnderTest; stop(): Promise<void> } | undefined;
  beforeAll(async () => {
    running = await start(parts);
  });
  afterAll(() => running?.stop());
  return () => {
    if (!running) throw new Error('The service is there once the tests run, not while they are declared.');
    return running.under;
  };
}

async function start(parts: readonly Part[]): Promise<{ under: ActivityUnderTest; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'annals-activity-'));
  const settings = testConfig(folder);
  const stores = await startTestStores({
    ...{ service: 'activity', events: allEvents },
    migrations: parts.flatMap((part) => part.migrations ?? []),
    projections: parts.flatMap((part) => part.projections?.(settings) ?? []),
  });
  const { database, keys, store, keyEncryptionKey: commandKey } = stores;
  const config = { ...settings, DATABASE_OWNER_URL: database.ownerUrl };
  const runners = parts
    .flatMap((part) => part.projections?.(config) ?? [])
    .map((projection) => runProjection({ projection, pool: database.pool, store }));
  const logger = createLogger({ service: 'activity', level: 'silent' });
  const ground = { config, pool: database.pool, backgroundPool: database.pool, keys, store, logger };
  const opened: OpenedActivity = await openParts({ ...ground, runners }, parts);
  const service = await startTestService({
    service: 'activity',
    routes: opened.routes,
    commandKey,
    projections: runners.map((runner) => ({ waitFor: (tokens) => runner.waitFor(tokens, patienceMs) })),
  });
  const anything = (category: string): Aggregate<null> => ({ category, initial: null, evolve: () => null });
  const under: ActivityUnderTest = {
    ...{ stores, service, config, runners, ground },
    async happened(who, category, id, events, now = '2026-03-01T12:00:00.000Z') {
      const outcome = await store.execute(anything(category), id, {
        ...{ id: uuidv7(), context: { ...who, ...requestContext({ user_agent: who.user_agent }) }, now },
        decide: () => events,
      });
      return encodeTokens([{ category, position: outcome.position! }]);
    },
    get: (path, who, seen = '') =>
      service.call('GET', path, who, seen ? { headers: { [headers.minPosition]: seen } } : {}),
  };
  return {
    under,
    async stop() {
      await service.stop();
      for (const stop of opened.stop) await stop();
      await Promise.all(runners.map((runner) => runner.stop()));
      await stores.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Settings as a start would read them; what only `main.ts` uses is made up. */
function testConfig(folder: string): ActivityConfig {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'svc:activity', alg: 'EdDSA' };
  const { d: _private, ...publicJwk } = jwk as Record<string, unknown>;
  const nowhere = 'postgres://nobody@127.0.0.1:1/nothing';
  return activityConfig.parse({
    ...{ PORT: '0', DATABASE_URL: nowhere, DATABASE_OWNER_URL: nowhere, KEYS_DATABASE_URL: nowhere },
    ...{ EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false', KEY_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64') },
    CONTEXT_SIGNING_KEY: JSON.stringify(jwk),
    CONTEXT_KEYS: JSON.stringify({ keys: [publicJwk] }),
    AUDIT_SIGNING_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })),
    AUDIT_WITNESS_URL: pathToFileURL(join(folder, 'witness')).href,
    ...{ IDENTITY_URL: 'http://127.0.0.1:1', PROFILE_URL: 'http://127.0.0.1:1', EXPORT_URL: 'http://127.0.0.1:1' },
    ANALYTICS_SECRET: Buffer.alloc(32, 5).toString('base64'),
  });
}
