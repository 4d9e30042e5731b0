import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { createContextReader, createContextSigner } from '@annals/auth';
import { publishEvents } from '@annals/messaging';
import { startObjects } from '@annals/objects';
import { runReactor } from '@annals/postgres';
import {
  type Boot,
  createApp,
  defineConfig,
  erasureInside,
  type Logger,
  openParkedDesk,
  openStores,
  sealedTexts,
  serve,
  type Started,
} from '@annals/service';
import { avatarLinks } from './avatar/avatar-links.js';
import { avatarChanges, startAvatarSweeper } from './avatar/change-avatar.js';
import { createPictureCleaner } from './avatar/picture/picture-cleaner.js';
import { profileConfig } from './config.js';
import { profileErasers } from './erasure/erasers.js';
import { startFolds } from './folds/start-folds.js';
import { handleIds } from './handle/handle-id.js';
import { integrationEvent, publishedCategories, topic } from './publish.js';
import { reactorsOf } from './reactors/reactors.js';
import { profileServiceRoutes } from './routes.js';
import { pendingEvidence } from './verification/evidence/pending-evidence.js';
import { startEvidenceSweeper } from './verification/evidence/sweep-evidence.js';
import { directory } from './views/directory/projection.js';
import { handleHolders } from './views/handle-holders/projection.js';
import { members } from './views/members/projection.js';
import { verificationList } from './views/verifications/projection.js';

const service = 'profile';
const principal = 'svc:profile';
const config = defineConfig(profileConfig);

async function start(boot: Boot, logger: Logger): Promise<Started> {
  const stores = await openStores(boot, {
    service,
    config,
    logger,
    migrations: [pendingEvidence, avatarChanges],
    projections: [members, verificationList, directory, handleHolders],
  });
  const { pool, backgroundPool, keys, store, bus } = stores;
  const [view, verifications, people] = stores.runners;
  if (!view || !verifications || !people) throw new Error('A projection does not run');
  const objects = await boot.connect('objects', () => startObjects(config.OBJECTS_URL));
  const folds = startFolds(store, stores.forgetting);
  const parts = {
    ...{ store, folds, pool, members: view, verifications, directory: people, objects, keys },
    handleId: handleIds(config.LOOKUP_SECRET),
    pictures: createPictureCleaner({ script: join(__dirname, 'avatar/picture/picture-process.js') }),
    avatarLinks: avatarLinks(config.KEY_ENCRYPTION_KEY),
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
  const avatarSweeper = startAvatarSweeper({ store, objects, pool: backgroundPool }, (error) =>
    logger.warn({ error }, 'pictures that nobody sees any more could not be removed'),
  );
  return {
    app: createApp({
      ...{ service, logger, readiness: { ...stores.readiness, objects: () => objects.ping() } },
      routes: [
        ...profileServiceRoutes(parts),
        ...openParkedDesk({ service, pool: stores.backgroundPool, logger }),
        ...erasureInside({
          runners: stores.runners,
          erasers: profileErasers({ store, objects, pool: backgroundPool }),
        }),
      ],
      contextReader: createContextReader({ jwks: config.CONTEXT_KEYS }),
      // Reads wait by themselves: the owner's own documents come from memory and not from the view.
      projections: [],
      effects: store.effects,
      commandKey: config.KEY_ENCRYPTION_KEY,
    }),
    close: [
      () => publisher.stop(),
      () => sweeper.stop(),
      () => avatarSweeper.stop(),
      async () => parts.pictures.stop(),
      ...reactors.map((reactor) => () => reactor.stop()),
      () => folds.stop(),
      async () => objects.close(),
      ...stores.close,
    ],
  };
}

// Longer than the edge lets an upload take.
serve(service, config, start, { requestTimeoutMs: 150_000 });
