import { createContextReader, createContextSigner } from '@annals/auth';
import { publishEvents } from '@annals/messaging';
import { createApp, defineConfig, openStores, serve } from '@annals/service';
import { activityConfig } from './config.js';
import { keepMonths } from './log/keep-months.js';
import { makeMonths } from './log/months.js';
import { openParts } from './open-activity.js';
import { parts } from './parts.js';
import { integrationEvent, publishedCategories, topic } from './publish.js';

const service = 'activity';
const principal = 'svc:activity';
const config = defineConfig(activityConfig);

serve(service, config, async (boot, logger) => {
  const migrations = parts.flatMap((part) => part.migrations ?? []);
  const projections = parts.flatMap((part) => part.projections?.(config) ?? []);
  const stores = await openStores(boot, { service, config, logger, migrations, projections });
  const { backgroundPool, store, bus } = stores;
  const logs = parts.flatMap((part) => part.monthly ?? []);
  await boot.connect('months', () => makeMonths(config.DATABASE_OWNER_URL, logs));
  const months = keepMonths(config.DATABASE_OWNER_URL, logs, (error) =>
    logger.error({ error }, 'the months to come could not be made'),
  );
  const opened = await openParts({ ...stores, config, logger }, parts);
  const publisher = publishEvents({
    ...{ store, bus, pool: backgroundPool, principal, logger, topic, map: integrationEvent },
    name: 'activity.events',
    categories: publishedCategories,
    signer: createContextSigner({ principal, privateJwk: config.CONTEXT_SIGNING_KEY }),
  });
  return {
    app: createApp({
      ...{ service, logger, readiness: { ...stores.readiness, ...opened.readiness }, projections: stores.runners },
      routes: opened.routes,
      contextReader: createContextReader({ jwks: config.CONTEXT_KEYS }),
      commandKey: config.KEY_ENCRYPTION_KEY,
      effects: store.effects,
    }),
    close: [() => months.stop(), () => publisher.stop(), ...opened.stop, ...stores.close],
  };
});
