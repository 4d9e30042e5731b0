import { hkdfSync } from 'node:crypto';
import { createContextReader, createContextSigner } from '@annals/auth';
import { publishEvents } from '@annals/messaging';
import { startObjects } from '@annals/objects';
import { runReactor } from '@annals/postgres';
import { createApp, defineConfig, openStores, sealedTexts, serve } from '@annals/service';
import { profileConfig } from './config.js';
import { startFolds } from './folds/start-folds.js';
import { handleIds } from './handle/handle-id.js';
import { integrationEvent, publishedCategories, topic } from './publish.js';
import { reactorsOf } from './reactors/reactors.js';
import { profileServiceRoutes } from './routes.js';
import { pendingEvidence } from './verification/evidence/pending-evidence.js';
import { startEvidenceSweeper } from './verification/evidence/sweep-evidence.js';
import { members } from './views/members/projection.js';
import { verificationList } from './views/verifications/projection.js';

const service = 'profile';
const principal = 'svc:profile';
const config = defineConfig(profileConfig);

serve(service, config, async (boot, logger) => {
  const stores = await openStores(boot, {
    service,
    config,
    logger,
    migrations: [pendingEvidence],
    projections: [members, verificationList],
  });
  const { pool, backgroundPool, keys, store, bus } = stores;
  const [view, verifications] = stores.runners;
  if (!view || !verifications) throw new Error('A projection does not run');
  const objects = await boot.connect('objects', () => startObjects(config.OBJECTS_URL));
  const folds = startFolds(store);
  const parts = {
    ...{ store, folds, pool, members: view, verifications, objects, keys },
    handleId: handleIds(config.LOOKUP_SECRET),
    texts: sealedTexts(Buffer.from(hkdfSync('sha256', config.KEY_ENCRYPTION_KEY, 'annals-profile', 'seal', 32))),
  };
  const publisher = publishEvents({
    ...{ store, bus, pool: backgroundPool, principal, logger, topic, map: integrationEvent },
    name: 'profile.events',
    categories: publishedCategories,
    signer: createContextSigner({ principal, privateJwk: config.CONTEXT_SIGNING_KEY }),
  });
  const reactors = reactorsOf({ ...parts, pool: backgroundPool }).map((reactor) =>
    runReactor({
      ...{ reactor, store, pool: backgroundPool },
      onError: (error) => logger.warn({ reactor: reactor.name, error }, 'a reactor failed and will try again'),
      onParked: ({ id, stream }, error) =>
        logger.error({ reactor: reactor.name, event_id: id, stream, error }, 'an event is parked'),
    }),
  );
  const sweeper = startEvidenceSweeper(
    { store, objects, pool: backgroundPool, days: config.VERIFICATION_EVIDENCE_DAYS },
    (error) => logger.warn({ error }, 'old evidence could not be deleted'),
  );
  return {
    app: createApp({
      ...{ service, logger, readiness: { ...stores.readiness, objects: () => objects.ping() } },
      routes: profileServiceRoutes(parts),
      contextReader: createContextReader({ jwks: config.CONTEXT_KEYS }),
      // Reads wait by themselves: the owner's own documents come from memory and not from the view.
      projections: [],
      commandKey: config.KEY_ENCRYPTION_KEY,
    }),
    close: [
      () => publisher.stop(),
      () => sweeper.stop(),
      ...reactors.map((reactor) => () => reactor.stop()),
      () => folds.stop(),
      async () => objects.close(),
      ...stores.close,
    ],
  };
});
