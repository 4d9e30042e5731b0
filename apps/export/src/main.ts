import { createContextReader, createContextSigner } from '@annals/auth';
import { consume, consumerMigrations, publishEvents } from '@annals/messaging';
import {
  createApp,
  defineConfig,
  internalClient,
  openParkedDesk,
  openStores,
  type InternalClient,
  serve,
} from '@annals/service';
import { exportConfig } from './config.js';
import { changeFollower, exportChanges } from './export/follow-export.js';
import { exportRoutesOf } from './export/routes.js';
import { enqueueExport, jobTopic } from './jobs/enqueue.js';
import { jobMigrations } from './jobs/job-table.js';
import { endAccess, identityTopic } from './members/follow-members.js';
import { startWorker } from './jobs/worker.js';
import { startObjects } from '@annals/objects';
import { integrationEventOf, jobOf } from './publish.js';
import { standingRoutesOf } from './standing/routes.js';
import { exportsProjection } from './views/exports/exports.projection.js';
import { openExports } from './views/open-exports/open-exports.projection.js';

const config = defineConfig(exportConfig);

serve('export', config, async (boot, logger) => {
  const stores = await openStores(boot, {
    ...{ service: 'export', config, logger },
    migrations: [...consumerMigrations, ...jobMigrations],
    projections: [exportsProjection, openExports],
  });
  const { pool, backgroundPool, keys, store, bus } = stores;
  const signer = createContextSigner({ principal: 'svc:export', privateJwk: config.CONTEXT_SIGNING_KEY });
  const reader = createContextReader({ jwks: config.CONTEXT_KEYS });
  const objects = await boot.connect('objects', () => startObjects(config.OBJECTS_URL));
  const changes = exportChanges();
  const follower = store.subscribe(changeFollower(store, changes));

  const publishing = {
    store,
    bus,
    pool: backgroundPool,
    signer,
    categories: ['export'],
    principal: 'svc:export',
    logger,
  };
  const jobs = publishEvents({ ...publishing, name: 'export.jobs', topic: jobTopic, map: jobOf });
  const events = publishEvents({
    ...publishing,
    name: 'export.events',
    topic: 'export.events.v1',
    map: integrationEventOf,
  });
  const consuming = { bus, pool: backgroundPool, reader, logger };
  const consumers = await Promise.all([
    consume({ ...consuming, group: 'export.worker', topics: [jobTopic], handle: enqueueExport }),
    consume({
      ...consuming,
      group: 'export.members',
      topics: [identityTopic],
      handle: endAccess({ store, objects, view: stores.runners[1]!, now: () => new Date() }),
    }),
  ]);
  const [identity, profile, activity] = [config.IDENTITY_URL, config.PROFILE_URL, config.ACTIVITY_URL].map((baseUrl) =>
    internalClient({ baseUrl, signer, connections: 8 }),
  ) as [InternalClient, InternalClient, InternalClient];
  const worker = startWorker({
    ...{ pool: backgroundPool, logger },
    workshop: {
      ...{ store, keys, objects, sources: { store, identity, profile, activity } },
      lifetimeHours: config.EXPORT_LIFETIME_HOURS,
      now: () => new Date(),
    },
  });
  return {
    app: createApp({
      ...{ service: 'export', logger, contextReader: reader, commandKey: config.KEY_ENCRYPTION_KEY },
      routes: [
        ...exportRoutesOf({ store, pool, keys, objects, changes, limitBytes: config.USER_DATA_EXPORT_LIMIT }),
        ...standingRoutesOf(store),
        ...openParkedDesk({ service: 'export', pool: backgroundPool, consumers, logger }),
      ],
      projections: stores.runners,
      effects: store.effects,
      readiness: { ...stores.readiness, objects: () => objects.ping() },
    }),
    close: [
      () => worker.stop(),
      ...consumers.map((consumer) => () => consumer.stop()),
      () => jobs.stop(),
      () => events.stop(),
      () => follower.stop(),
      ...[identity, profile, activity].map((client) => () => client.close()),
      async () => objects.close(),
      ...stores.close,
    ],
  };
});
