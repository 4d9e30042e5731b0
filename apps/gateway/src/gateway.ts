import {
  createContextReader,
  createContextSigner,
  createTokenVerifier,
  ownIssuer,
  type ContextSigner,
  type ExternalIssuer,
  type PrivateJwk,
  type PublicKeySet,
} from '@annals/auth';
import { allRoutes, openApi } from '@annals/contracts';
import { basePath, processMetrics, type Express, type Logger, type Metrics, type SharedCache } from '@annals/service';
import { askIdentityOverHttp } from './context/ask-identity.js';
import { createConductRecorder } from './conduct/record-conduct.js';
import { createContextCache } from './context/context-cache.js';
import { logResolution } from './context/log-resolution.js';
import { createContextResolver } from './context/resolve-context.js';
import { shareContexts } from './context/shared-contexts.js';
import { documentationPages } from './documentation/pages.js';
import { clientAddressOf } from './edge/client-address.js';
import { crossOriginRules } from './edge/cross-origin.js';
import { finishExchange } from './edge/finish-exchange.js';
import { createEdge } from './edge/handle.js';
import { ownAnswers } from './edge/own-answers.js';
import { serveBefore } from './edge/serve-before.js';
import type { TimingPolicy } from './edge/server-timing.js';
import { destinations } from './forward/destination.js';
import { createEventStreams } from './forward/event-streams.js';
import type { BodyTimeouts } from './forward/read-body.js';
import { closeUpstream, connectUpstreams, type Upstream, type UpstreamName } from './forward/upstreams.js';
import { askPreferencesOverHttp } from './inside/ask-preferences.js';
import { tellOverHttp } from './inside/tell.js';
import { publishedDocument, wellKnownPaths } from './keys/well-known.js';
import { createRateLimit } from './limit/rate-limit.js';
import { showContextMetrics, showInFlight } from './metrics.js';
import { createUseCounter } from './permission-use/count-uses.js';
import { followRevocations } from './revocation/revocation-feed.js';
import { createRevocations } from './revocation/revocations.js';
import { measureRequests } from './timing/measure-requests.js';

export interface GatewayOptions {
  /** Base URLs of the services. */
  services: Readonly<Record<UpstreamName, string>>;
  publicUrl: string;
  /** Issuers of others that are trusted. */
  issuers: readonly ExternalIssuer[];
  signingKey: PrivateJwk;
  contextKeys: PublicKeySet;
  corsOrigins: readonly string[];
  trustedProxies: readonly string[];
  /** Requests per minute, 0 for no limit. */
  userLimit: number;
  addressLimit: number;
  upstreamTimeoutMs: number;
  timing: TimingPolicy;
  /** As `bodyTimeouts` says unless said. */
  bodyTimeouts?: BodyTimeouts;
  version: { version: string; commit: string };
  logger: Logger;
  metrics?: Metrics;
  /** Where several gateways share contexts; each has its own alone without it. */
  cache?: SharedCache;
}

export interface Gateway {
  app: Express;
  /** Ends event streams, which would otherwise hold up the end of the process. */
  endStreams: () => void;
  close(): Promise<void>;
}

/** Puts the edge together. It follows the revocation feed from here on, whether identity is there yet or not. */
export function createGateway(options: GatewayOptions): Gateway {
  const { services, publicUrl, logger, metrics = processMetrics } = options;
  const upstreams = connectUpstreams(services, { answerTimeoutMs: options.upstreamTimeoutMs });
  const identity = upstreams.identity.calls;
  const signer = createContextSigner({ principal: 'gateway', privateJwk: options.signingKey });
  const revocations = createRevocations({ onMarker: () => cache.forgetRefusals() });
  const cache = createContextCache({ revocations });
  const reader = createContextReader({ jwks: options.contextKeys });
  const onSharedTrouble = (error: unknown) =>
    logger.warn({ dependency: 'redis', error }, 'a shared context is not used');
  const contexts = createContextResolver({
    verifier: createTokenVerifier({
      issuers: [ownIssuer(publicUrl, new URL('/internal/jwks', services.identity).href), ...options.issuers],
    }),
    ...{ ownIssuer: publicUrl, issuers: options.issuers },
    askIdentity: askIdentityOverHttp(identity, signer),
    signer,
    revocations,
    cache,
    onResolved: (outcome) => logResolution(logger, outcome),
    shared: options.cache && shareContexts(options.cache, reader, onSharedTrouble),
  });
  const tell = tellOverHttp(upstreams.identity, signer);
  const conduct = createConductRecorder({
    ...{ tell, metrics },
    onTrouble: (error) => logger.warn({ dependency: 'identity', error }, 'what was done could not be recorded yet'),
  });
  const uses = createUseCounter({
    tell,
    onTrouble: (error) => logger.warn({ dependency: 'identity', error }, 'uses of permissions could not be told yet'),
  });
  const meter = measureRequests({
    ...{ tell: tellOverHttp(upstreams.activity, signer), metrics },
    onTrouble: (error) => logger.warn({ dependency: 'activity', error }, 'request timings could not be told yet'),
  });
  const feed = followFeed(upstreams.identity, signer, revocations, logger);
  showContextMetrics(metrics, cache, revocations);
  const own = ownAnswers({
    pages: documentationPages(openApi(allRoutes, { version: options.version.version, serverUrl: basePath })),
    published: new Map([...wellKnownPaths].map(([outside, inside]) => [outside, publishedDocument(identity, inside)])),
    contextReader: reader,
    askPreferences: askPreferencesOverHttp(upstreams.profile, (error) =>
      logger.warn({ dependency: 'profile', error }, 'a context was told without the preferences it was asked for'),
    ),
    readiness: {
      revocations: async () => {
        if (!revocations.isTrusted()) throw new Error('the revocation feed is silent');
      },
    },
    logger,
    version: options.version,
  });
  const eventStreams = createEventStreams();
  serveBefore(own.app, (app) =>
    createEdge({
      table: destinations(allRoutes),
      upstreams,
      contexts,
      addressOf: clientAddressOf(options.trustedProxies),
      crossOrigin: crossOriginRules(options.corsOrigins),
      addressLimit: createRateLimit({ name: 'address', quota: options.addressLimit, windowSeconds: 60 }),
      userLimit: createRateLimit({ name: 'user', quota: options.userLimit, windowSeconds: 60 }),
      timing: options.timing,
      ...{ conduct, uses },
      finish: finishExchange(metrics, logger, meter),
      onInFlight: showInFlight(metrics),
      bodyTimeouts: options.bodyTimeouts,
      eventStreams,
      // Other gateways learn it from the feed; this one need not wait for it.
      onIdentityChange: (key) => revocations.apply({ seq: revocations.lastSeq(), kind: 'user', key, at: '' }),
      own: own.listenerFor(app),
      isOwn: own.isOwn,
      onTrouble: (error) => logger.error({ error }, 'the edge failed'),
    }),
  );
  return {
    app: own.app,
    endStreams: eventStreams.endAll,
    async close() {
      feed.stop();
      await Promise.all([conduct.close(), uses.close(), meter.close()]);
      await Promise.all(Object.values(upstreams).map(closeUpstream));
    },
  };
}

function followFeed(
  identity: Upstream,
  signer: ContextSigner,
  revocations: ReturnType<typeof createRevocations>,
  logger: Logger,
) {
  return followRevocations({
    // Its one connection lasts: it must not take one from the short calls.
    identity: identity.streams,
    signer,
    revocations,
    onTrouble: (error) => logger.warn({ dependency: 'identity', error }, 'the revocation feed broke off'),
  });
}
