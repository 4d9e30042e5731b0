import { createContextReader, createContextSigner } from '@annals/auth';
import { consume, consumerMigrations, publishEvents } from '@annals/messaging';
import { listen, type Projection } from '@annals/postgres';
import {
  createApp,
  defineConfig,
  internalClient,
  openParkedDesk,
  openStores,
  type InternalClient,
  serve,
} from '@annals/service';
import { accountSections } from './account/account-sections.js';
import { askerOf } from './account/asker.js';
import { takeoutRecorder } from './account/record-takeout.js';
import { requireExportRight } from './account/rights-now.js';
import { exportConfig } from './config.js';
import { requireStanding } from './document/require-standing.js';
import { erasureProjections, openErasures } from './erasure/open-erasures.js';
import { eraserRoutes } from './erasers/eraser-routes.js';
import { changeFollower, exportChanges } from './export/follow-export.js';
import { exportRoutesOf } from './export/routes.js';
import { importAggregate } from './import/import-aggregate.js';
import { importMigrations } from './import/tables.js';
import { openImports } from './import/open-imports.js';
import { enqueueExport, jobTopic } from './jobs/enqueue.js';
import { jobMigrations } from './jobs/job-table.js';
import { endAccess, identityTopic } from './members/follow-members.js';
import { startWorker } from './jobs/worker.js';
import { startObjects } from '@annals/objects';
import { integrationEventOf, jobOf } from './publish.js';
import { openSchedules } from './schedule/open-schedules.js';
import { standingRoutesOf } from './standing/routes.js';
import { exportsProjection } from './views/exports/exports.projection.js';
import { importsProjection } from './views/imports/imports.projection.js';
import { openExports } from './views/open-exports/open-exports.projection.js';
import { records } from './views/records/records.projection.js';
import { runningSchedules } from './views/schedules/schedules.projection.js';
import { selfSections } from './section/self-sections.js';
import { progressChannel } from './jobs/progress.js';

const config = defineConfig(exportConfig);

serve('export', config, async (boot, logger) => {
  const stores = await openStores(boot, {
    ...{ service: 'export', config, logger },
    migrations: [...consumerMigrations, ...jobMigrations, ...importMigrations],
    projections: [exportsProjection, openExports, importsProjection, records, runningSchedules, ...erasureProjections],
  });
  const { pool, backgroundPool, keys, store, bus } = stores;
  const running = (projection: Projection) => stores.runners.find((runner) => runner.projection === projection)!;
  const signer = createContextSigner({ principal: 'svc:export', privateJwk: config.CONTEXT_SIGNING_KEY });
  const reader = createContextReader({ jwks: config.CONTEXT_KEYS });
  const objects = await boot.connect('objects', () => startObjects(config.OBJECTS_URL));
  const changes = exportChanges();
  const follower = store.subscribe(changeFollower(store, changes));
  // What is lost while the connection is away comes with the next second.
  const progress = listen(pool.url, progressChannel, (id) => changes.announce(id));

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
    categories: ['export', 'erasure'],
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
      handle: endAccess({ store, objects, view: running(openExports), now: () => new Date() }),
    }),
  ]);
  const [identity, profile, activity] = [config.IDENTITY_URL, config.PROFILE_URL, config.ACTIVITY_URL].map((baseUrl) =>
    internalClient({ baseUrl, signer, connections: 8 }),
  ) as [InternalClient, InternalClient, InternalClient];
  const erasures = openErasures({
    ...{ config, store, pool, backgroundPool, keys, runners: stores.runners, signer, logger },
    services: { identity, profile, activity },
  });
  const imports = await openImports({
    ...{ store, pool, keys, objects, changes, identity, profile, logger },
    publishing: { ...publishing, categories: [importAggregate.category] },
    consuming,
  });
  const limits = {
    room: { perPerson: config.EXPORTS_PER_PERSON, perAccount: config.EXPORTS_PER_ACCOUNT },
    limitBytes: config.USER_DATA_EXPORT_LIMIT,
  };
  const schedules = await openSchedules({
    ...{ store, pool, backgroundPool, identity, consuming, logger, ...limits },
    ...{ openExports: running(openExports), schedules: running(runningSchedules) },
  });
  const worker = startWorker({
    ...{ pool: backgroundPool, logger },
    workshop: {
      ...{ store, keys, objects },
      sections: {
        self: selfSections({
          ...{ store, pool: backgroundPool, records: running(records), identity, profile, activity },
        }),
        account: accountSections({ store, identity, profile }),
      },
      requireRight: {
        self: (job) => requireStanding(store, job),
        account: async (job) => requireExportRight(identity, await askerOf(store, job, job.exportId), job.request),
      },
      lifetimeHours: config.EXPORT_LIFETIME_HOURS,
      now: () => new Date(),
    },
  });
  return {
    app: createApp({
      ...{ service: 'export', logger, contextReader: reader, commandKey: config.KEY_ENCRYPTION_KEY },
      routes: [
        ...exportRoutesOf({
          ...{ store, pool, keys, objects, changes, openExports: running(openExports) },
          ...{ ...limits, recordTakeout: takeoutRecorder(identity) },
        }),
        ...schedules.routes,
        ...imports.routes,
        ...standingRoutesOf(store),
        ...erasures.routes,
        ...eraserRoutes({ store, objects, pool: backgroundPool, runners: stores.runners, now: () => new Date() }),
        ...openParkedDesk({
          service: 'export',
          pool: backgroundPool,
          consumers: [...consumers, schedules.consumer, imports.consumer],
          logger,
        }),
      ],
      projections: stores.runners,
      effects: store.effects,
      readiness: { ...stores.readiness, objects: () => objects.ping() },
    }),
    close: [
      () => schedules.stop(),
      () => worker.stop(),
      () => imports.stop(),
      () => erasures.stop(),
      ...consumers.map((consumer) => () => consumer.stop()),
      () => jobs.stop(),
      () => events.stop(),
      () => follower.stop(),
      () => progress.stop(),
      ...[identity, profile, activity].map((client) => () => client.close()),
      async () => objects.close(),
      ...stores.close,
    ],
  };
});
