import { headers, Problem } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { context, SpanKind } from '@opentelemetry/api';
import type { Request, Response } from 'express';
import type { Metrics } from '../metrics.js';
import { beginEntry, markFailed, recordLate, type Entry } from '../telemetry/spans.js';
import { parseTraceparent } from '../telemetry/trace-parent.js';
import { answer, type CallParts } from './call.js';
import type { AppOptions } from './create-app.js';
import { acceptedRequestId, securityHeaders } from './headers.js';
import type { Lifecycle } from './health.js';
import { createCommandHash, createCommandsInFlight } from './idempotency.js';
import { basePath, type MountedRoute, type Reply } from './mount.js';
import { asProblem, problemBody } from './problem-response.js';
import { headerOf, requestPart } from './request-context.js';
import { checkReply } from './reply-check.js';
import { respond, sendJson } from './respond.js';
import { createRouteTable } from './route-table.js';

export type RequestHandler = (req: Request, res: Response, path: string, search: string) => Promise<void>;

/** What is known at the end of a request. */
interface Ended {
  route: MountedRoute | undefined;
  status: number;
  error: Problem | undefined;
}

/** The one pass of a request: ids and trace, route, answer, response, then metrics, span and log line. */
export function createRequestHandler(options: AppOptions & { metrics: Metrics }, lifecycle: Lifecycle): RequestHandler {
  const { routes, logger, metrics, maxInFlight = 1000, slowMs = 1000 } = options;
  const table = createRouteTable(routes);
  const parts: CallParts = {
    contextReader: options.contextReader,
    projections: options.projections ?? [],
    commandHash: createCommandHash(options.commandKey),
    inFlight: createCommandsInFlight(),
  };
  const duration = metrics.histogram('annals_http_request_seconds', 'Time to answer a request', [
    'method',
    'route',
    'status',
  ]);
  let inFlight = 0;
  metrics.gauge('annals_http_in_flight', 'Requests being answered', [], (gauge) => gauge.set(inFlight));

  return async (req, res, path, search) => {
    const startedAt = Date.now();
    const startedMs = performance.now();
    const requestId = acceptedRequestId(headerOf(req.headers, headers.requestId)) ?? uuidv7();
    const request = requestPart(req.headers, requestId, new Date(startedAt).toISOString());
    const entry = beginEntry({
      name: req.method,
      kind: SpanKind.SERVER,
      parent: parseTraceparent(request.traceparent ?? undefined),
      requestId,
      correlationId: request.correlation_id,
    });
    const always: Record<string, string> = {
      ...securityHeaders,
      [headers.requestId]: requestId,
      [headers.traceId]: entry.scope.trace_id,
    };
    inFlight++;
    const ended = await context.with(entry.context, () => serve());
    inFlight--;
    finish(req.method, ended, entry, startedAt, performance.now() - startedMs);

    async function serve(): Promise<Ended> {
      let route: MountedRoute | undefined;
      try {
        if (inFlight > maxInFlight) throw overloaded();
        const matched = table.match(req.method === 'HEAD' ? 'GET' : req.method, path);
        route = matched.route;
        const call = { req, res, route, params: matched.params, path, search, request, scope: entry.scope };
        const watch = isCommand(req.method) ? options.effects?.watch(request.transaction_id) : undefined;
        const reply: Reply = await answer(call, parts).finally(() => watch?.end());
        if (watch && !watch.happened() && !reply.replayed) always[headers.effect] = 'none';
        if (options.checkReplies) checkReply(route, reply);
        closeWhenDraining();
        const ifNoneMatch = req.headers['if-none-match'];
        const { eventStreams } = lifecycle;
        const status = await respond(reply, { res, method: req.method, ifNoneMatch, always, eventStreams });
        return { route, status, error: undefined };
      } catch (error) {
        const problem = asProblem(error);
        closeWhenDraining();
        refuse(res, problem, { path, requestId, traceId: entry.scope.trace_id }, always);
        return { route, status: problem.status, error: problem };
      }
    }

    /** Decided when the answer is written, so that a request which came before the end was announced hears of it too. */
    function closeWhenDraining(): void {
      if (lifecycle.state === 'draining') always.connection = 'close';
    }
  };

  function finish(method: string, ended: Ended, entry: Entry, startedAt: number, elapsedMs: number): void {
    const { status, error } = ended;
    const route = ended.route?.path.replace(basePath, '') ?? '(none)';
    duration.observe(elapsedMs / 1000, { method, route, status });
    const failed = status >= 500;
    const name = `${method} ${route}`;
    const span = failed || elapsedMs >= slowMs ? recordLate(entry, name, SpanKind.SERVER, startedAt) : entry.span;
    if (span) {
      span.updateName(name);
      span.setAttributes({ 'http.route': route, 'http.request.method': method, 'http.response.status_code': status });
      if (entry.scope.account_id) span.setAttribute('account.id', entry.scope.account_id);
      if (failed && error) markFailed(span, error);
      span.end();
    }
    const line = { ...entry.scope, method, route, status, duration_ms: Math.round(elapsedMs * 100) / 100 };
    if (failed) logger.error({ ...line, code: error?.code, error: error?.cause ?? error }, 'request failed');
    else logger.info({ ...line, code: error?.code }, 'request');
  }
}

/** By its method: whether the route really changes anything is for its contract to say. */
const isCommand = (method: string): boolean => method !== 'GET' && method !== 'HEAD';

const overloaded = () =>
  new Problem(503, 'overloaded', 'Too many requests are being worked on', { headers: { 'retry-after': '1' } });

/** Answers with a problem; when the head is already out, only cutting the connection tells the client. */
function refuse(
  res: Response,
  problem: Problem,
  place: Parameters<typeof problemBody>[1],
  always: Readonly<Record<string, string>>,
): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const head = { ...always, ...problem.headers, 'content-type': 'application/problem+json; charset=utf-8' };
  sendJson(res, problem.status, problemBody(problem, place), head);
}
