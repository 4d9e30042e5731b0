import { createContextReader, createContextSigner } from '@annals/auth';
import { publishEvents } from '@annals/messaging';
import { baseConfig, createApp, defineConfig, openStores, serve } from '@annals/service';
import { z } from 'zod';
import { activityLog } from './activity/projection.js';
import { auditLog } from './audit/projection.js';
import { trackingConsents } from './consent/tracking-consents.js';
import { keepMonths } from './log/keep-months.js';
import { makeMonths } from './log/months.js';
import { integrationEvent, publishedCategories, topic } from './publish.js';
import { activityServiceRoutes } from './routes.js';

const service = 'activity';
const principal = 'svc:activity';
const config = defineConfig(z.object(baseConfig));

serve(service, config, async (boot, logger) => {
  const logs = [auditLog, activityLog];
  const projections = [...logs, trackingConsents];
  const stores = await openStores(boot, { service, config, logger, migrations: [], projections });
  const { pool, backgroundPool, store, bus } = stores;
  await boot.connect('months', () => makeMonths(config.DATABASE_OWNER_URL, logs));
  const months = keepMonths(config.DATABASE_OWNER_URL, logs, (error) =>
    logger.error({ error }, 'the months to come could not be made'),
  );
  const publisher = publishEvents({
    ...{ store, bus, pool: backgroundPool, principal, logger, topic, map: integrationEvent },
    name: 'activity.events',
    categories: publishedCategories,
    signer: createContextSigner({ principal, privateJwk: config.CONTEXT_SIGNING_KEY }),
  });
  return {
    app: createApp({
      ...{ service, logger, readiness: stores.readiness, projections: stores.runners },
      routes: activityServiceRoutes(pool, store),
      contextReader: createContextReader({ jwks: config.CONTEXT_KEYS }),
      commandKey: config.KEY_ENCRYPTION_KEY,
    }),
    close: [() => months.stop(), () => publisher.stop(), ...stores.close],
  };
});
