import { createContextReader, createContextSigner } from '@annals/auth';
import { publishEvents } from '@annals/messaging';
import { runReactor } from '@annals/postgres';
import { createApp, defineConfig, erasureInside, openParkedDesk, serve } from '@annals/service';
import { startTellingRepetitions } from './attempt/tell-repetitions.js';
import { identityConfig } from './config.js';
import { startExpiringGrants } from './grant/expire-grants.js';
import { identityErasers } from './erasure/erasers.js';
import { startElevationClock } from './elevation/expire-elevations.js';
import { identityProvider } from './idp/auth0-settings.js';
import { folderMailer } from './mail/mail-folder.js';
import { smtpMailer } from './mail/smtp-mailer.js';
import { openIdentity } from './open-identity.js';
import { publishedCategories, toIntegrationEvent, topic } from './publish.js';
import { reactorsOf } from './reactors/reactors.js';
import { routesOf } from './routes.js';
import { seedDemo } from './seed/seed.js';
import { createRevocationFeed } from './session/revocation-feed.js';
import { startSweeper } from './sweep.js';

const service = 'identity';
const principal = 'svc:identity';
const config = defineConfig(identityConfig);

serve(service, config, async (boot, logger) => {
  const { identity, stores, close } = await openIdentity(boot, config, logger);
  const { pool, store } = identity;
  const background = { ...identity, pool: stores.backgroundPool };
  const feed = createRevocationFeed(pool, config.DATABASE_URL, (error) =>
    logger.warn({ dependency: 'postgres', error }, 'revocations are not heard for a moment'),
  );
  // Gateways hold these requests open: without an end of their own they would hold up the drain.
  const endFeed = () => void feed.stop();
  process.once('SIGTERM', endFeed).once('SIGINT', endFeed);

  const mailer = config.DEV_MAIL
    ? folderMailer(config.MAIL_DIR, config.MAIL_FROM)
    : smtpMailer(config.SMTP_URL!, config.MAIL_FROM);
  const idp = identityProvider(config, config.PUBLIC_URL);
  const mailFolder = config.DEV_MAIL ? config.MAIL_DIR : null;
  const reactors = reactorsOf(background, { mailer, publicUrl: config.PUBLIC_URL, idp }).map((reactor) =>
    runReactor({
      ...{ reactor, store, pool: background.pool },
      onError: (error) => logger.warn({ reactor: reactor.name, error }, 'a reactor failed and will try again'),
      onParked: ({ id, stream }, error) =>
        logger.error({ reactor: reactor.name, event_id: id, stream, error }, 'an event is parked'),
    }),
  );
  const publisher = publishEvents({
    ...{ store, logger, topic, principal, pool: background.pool, bus: stores.bus, name: 'identity.events' },
    categories: publishedCategories,
    map: toIntegrationEvent,
    signer: createContextSigner({ principal, privateJwk: config.CONTEXT_SIGNING_KEY }),
  });
  const elevationClock = startElevationClock(background, (error) =>
    logger.warn({ error }, 'the end of elevations could not be recorded'),
  );
  const sweeper = startSweeper(background.pool, (error) => logger.warn({ error }, 'old rows could not be removed'));
  const repetitions = startTellingRepetitions(background, (error) =>
    logger.warn({ dependency: 'event-store', error }, 'repeated failures to sign in could not be recorded yet'),
  );
  const expiring = startExpiringGrants(background, (error) => logger.warn({ error }, 'grants could not be expired'));
  if (config.SEED_DEMO) {
    seedDemo(identity).then(
      () => logger.info({ state: 'seeded' }, 'demo accounts and users are there'),
      (error: unknown) => logger.error({ error }, 'the demo data could not be made'),
    );
  }
  return {
    app: createApp({
      ...{ service, logger },
      routes: [
        ...routesOf(identity, {
          ...{ feed, issuer: config.PUBLIC_URL },
          mailFolder,
        }),
        ...erasureInside({
          runners: stores.runners,
          erasers: identityErasers({
            ...{ identity: background, keys: stores.keys, idp, mailFolder, runners: stores.runners },
          }),
        }),
        ...openParkedDesk({ service, pool: background.pool, logger }),
      ],
      contextReader: createContextReader({ jwks: config.CONTEXT_KEYS }),
      projections: stores.runners,
      effects: store.effects,
      readiness: stores.readiness,
      commandKey: config.KEY_ENCRYPTION_KEY,
    }),
    close: [
      () => feed.stop(),
      async () => sweeper.stop(),
      () => elevationClock.stop(),
      async () => expiring.stop(),
      () => repetitions.stop(),
      () => publisher.stop(),
      ...reactors.map((reactor) => () => reactor.stop()),
      ...close,
    ],
  };
});
