import { createSharedCache, defineConfig, serve } from '@annals/service';
import { GatewayConfig } from './config.js';
import { createGateway } from './gateway.js';

const config = defineConfig(GatewayConfig);

serve(
  'gateway',
  config,
  async (_boot, logger) => {
    const cache = config.REDIS_URL ? createSharedCache({ url: config.REDIS_URL, logger }) : undefined;
    const gateway = createGateway({
      services: {
        identity: config.IDENTITY_URL,
        profile: config.PROFILE_URL,
        activity: config.ACTIVITY_URL,
        export: config.EXPORT_URL,
      },
      publicUrl: config.PUBLIC_URL,
      issuers: config.JWT_ISSUERS,
      signingKey: config.CONTEXT_SIGNING_KEY,
      contextKeys: config.CONTEXT_KEYS,
      corsOrigins: config.CORS_ORIGINS,
      trustedProxies: config.TRUSTED_PROXIES,
      userLimit: config.RATE_LIMIT_PER_MINUTE,
      addressLimit: config.RATE_LIMIT_PER_MINUTE_ADDRESS,
      upstreamTimeoutMs: config.UPSTREAM_TIMEOUT_MS,
      timing: config.SERVER_TIMING,
      version: { version: config.BUILD_VERSION, commit: config.BUILD_COMMIT },
      logger,
      cache,
    });
    process.once('SIGTERM', gateway.endStreams).once('SIGINT', gateway.endStreams);
    return { app: gateway.app, close: [() => gateway.close(), async () => cache?.close()] };
  },
  {
    // Large uploads are passed on while they arrive; small bodies have a limit of their own.
    requestTimeoutMs: 300_000,
  },
);
