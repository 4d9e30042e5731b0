import type { ContextReader } from '@annals/auth';
import { headers, Problem, type Service } from '@annals/contracts';
import { uuidv7, type Effects } from '@annals/event-store';
import express, { type Express, type Request, type Response } from 'express';
import type { Logger } from '../log.js';
import { processMetrics, type Metrics } from '../metrics.js';
import { installContextManager } from '../telemetry/context-manager.js';
import { newTraceId } from '../telemetry/ids.js';
import { parseTraceparent } from '../telemetry/trace-parent.js';
import type { PositionWaiter } from './call.js';
import { createRequestHandler } from './handle.js';
import { acceptedRequestId, securityHeaders } from './headers.js';
import { createHealth, type Check, type Lifecycle, type Version } from './health.js';
import type { MountedRoute } from './mount.js';
import { problemBody } from './problem-response.js';
import { headerOf } from './request-context.js';
import { sendJson } from './respond.js';

export interface AppOptions {
  service: Service;
  routes: readonly MountedRoute[];
  contextReader: ContextReader;
  /** Read models of this service: reads with `x-min-position` wait for them. */
  projections?: readonly PositionWaiter[];
  /** What `/readyz` asks, by name. */
  readiness: Readonly<Record<string, Check>>;
  logger: Logger;
  /** The installation's key, as in KEY_ENCRYPTION_KEY: command hashes are keyed with a key derived from it. */
  commandKey: Uint8Array;
  metrics?: Metrics;
  version?: Omit<Version, 'service'>;
  /** Requests worked on at once; more are answered 503. 1,000 unless said. */
  maxInFlight?: number;
  /** What the event store saw of requests: answers to commands that wrote nothing say so (`x-annals-effect: none`). */
  effects?: Pick<Effects, 'watch'>;
  /** Milliseconds from which a request counts as slow: traced and logged as such. 1,000 unless said. */
  slowMs?: number;
  /** Check replies against the contract's response schemas: for tests and development. */
  checkReplies?: boolean;
}

const lifecycles = new WeakMap<Express, Lifecycle>();

/** The state of an app that `/readyz` shows; `runService` moves it. */
export function lifecycleOf(app: Express): Lifecycle {
  return lifecycles.get(app) ?? { state: 'starting', eventStreams: new Set() };
}

/**
 * The service as an Express application. One handler does everything in one pass: middleware of Express would cost more
 * than the work itself. Compression is the gateway's.
 * @throws Error when two routes are the same
 */
export function createApp(options: AppOptions): Express {
  installContextManager();
  const { service, readiness, logger, metrics = processMetrics, version } = options;
  const lifecycle: Lifecycle = { state: 'ready', eventStreams: new Set() };
  const health = createHealth({
    version: { service, version: version?.version ?? '0.0.0', commit: version?.commit ?? 'unknown' },
    checks: readiness,
    lifecycle,
    logger,
  });
  const handle = createRequestHandler({ ...options, metrics }, lifecycle);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use((req: Request, res: Response) => {
    const { url } = req;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const answer = health(path);
    if (!answer) return void handle(req, res, path, mark < 0 ? '' : url.slice(mark + 1));
    void answer.then(({ status, body }) => {
      // While draining, each connection serves what it asked and closes.
      const closing = lifecycle.state === 'draining' && { connection: 'close' };
      sendJson(res, status, body, { ...securityHeaders, ...closing });
    });
  });
  lifecycles.set(app, lifecycle);
  return app;
}

/** Answers everything but liveness with 503 until a service has its stores. */
export function createWaitingApp(service: Service, waitingFor: () => readonly string[]): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((req: Request, res: Response) => {
    const path = req.path.replace(/^\/api\/v1(?=\/)/, '');
    if (path === '/health' || path === '/livez') return sendJson(res, 200, { status: 'ok' }, { ...securityHeaders });
    if (path === '/readyz') {
      const checks = Object.fromEntries(waitingFor().map((name) => [name, 'down']));
      return sendJson(res, 503, { status: 'starting', checks }, { ...securityHeaders });
    }
    const problem = new Problem(503, 'service-starting', `The ${service} service is starting`);
    const requestId = acceptedRequestId(headerOf(req.headers, headers.requestId)) ?? uuidv7();
    const traceId = parseTraceparent(headerOf(req.headers, headers.traceparent))?.traceId ?? newTraceId();
    sendJson(res, 503, problemBody(problem, { path: req.path, requestId, traceId }), {
      ...{ ...securityHeaders, [headers.requestId]: requestId, [headers.traceId]: traceId },
      ...{ 'retry-after': '1', 'content-type': 'application/problem+json; charset=utf-8' },
    });
  });
  return app;
}
