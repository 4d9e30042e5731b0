import { basePath, type RouteTable } from '@annals/service';
import type { RequestListener } from 'node:http';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ContextResolver } from '../context/resolve-context.js';
import { denialOf } from '../denial/denial-of.js';
import { holdRefusal } from '../denial/hold-refusal.js';
import { recordRefusal, type RefusalOptions } from '../denial/record-refusal.js';
import { acceptsGzip, compressed, isWorthCompressing } from '../forward/compress.js';
import type { Destination } from '../forward/destination.js';
import type { EventStreams } from '../forward/event-streams.js';
import { forward } from '../forward/forward.js';
import { type BodyTimeouts, readBody } from '../forward/read-body.js';
import { insideHeaders } from '../forward/request-headers.js';
import type { Upstream, UpstreamName } from '../forward/upstreams.js';
import { countRequest } from '../limit/count-request.js';
import type { RateLimit } from '../limit/rate-limit.js';
import { answerOptions } from './answer-options.js';
import { answerOwn } from './answer-own.js';
import { answerProblem } from './answer-problem.js';
import { callerContext, type CallerOptions } from './caller-context.js';
import type { ClientAddressOf } from './client-address.js';
import type { CrossOriginRules } from './cross-origin.js';
import { answerHead, beginExchange, type Exchange } from './exchange.js';
import type { FinishExchange } from './finish-exchange.js';

export interface EdgeOptions extends CallerOptions, RefusalOptions {
  contexts: ContextResolver;
  table: RouteTable<Destination>;
  upstreams: Readonly<Record<UpstreamName, Upstream>>;
  addressOf: ClientAddressOf;
  crossOrigin: CrossOriginRules;
  addressLimit: RateLimit | null;
  finish: FinishExchange;
  /** Told of each request that begins (1) and ends (-1). */
  onInFlight(change: 1 | -1): void;
  /** Somebody changed something at identity: what is remembered of that person may no longer be true. */
  onIdentityChange(userId: string): void;
  eventStreams: EventStreams;
  bodyTimeouts?: BodyTimeouts;
  /** What the gateway answers itself. */
  own: RequestListener;
  /** Whether a URL is answered by `own` without being declared: pages, keys, health at the root. */
  isOwn: (url: string) => boolean;
  /** A failure of the edge itself. */
  onTrouble(error: unknown): void;
}

/** The one pass of every request through the edge. */
export function createEdge(options: EdgeOptions): RequestListener {
  return (request, response) => {
    if (options.isOwn(request.url ?? '/')) return options.own(request, response);
    const forwardedFor = request.headers['x-forwarded-for'] as string | undefined;
    const address = options.addressOf(request.socket.remoteAddress, forwardedFor);
    const exchange = beginExchange(request, response, address);
    options.onInFlight(1);
    void serve(options, exchange)
      .catch(async (error: unknown) => {
        await recordRefusal(options, exchange, error);
        return answerProblem(exchange, error);
      })
      .then((problem) => options.finish(exchange, problem ?? undefined))
      .catch((error: unknown) => {
        response.destroy();
        options.onTrouble(error);
      })
      .finally(() => options.onInFlight(-1));
  };
}

async function serve(options: EdgeOptions, exchange: Exchange): Promise<void> {
  const { request, response, own, ids } = exchange;
  const { origin } = request.headers;
  if (origin !== undefined) own.push('vary', 'Origin', ...options.crossOrigin.answer(origin));
  if (request.method === 'OPTIONS') return answerOptions(options.table, options.crossOrigin, exchange);
  const method = request.method === 'HEAD' ? 'GET' : request.method!;
  const { route: destination, params } = options.table.match(method, exchange.path);
  countRequest(options.addressLimit, ids.ip_address ?? 'unknown', { own, show: destination.open });
  exchange.route = destination.path.slice(basePath.length);
  exchange.destination = destination;
  const anonymous = destination.open && !(destination.knowsCaller && request.headers.authorization !== undefined);
  const signed = anonymous ? null : await callerContext(options, exchange, destination, params);
  const inside = insideHeaders(request.headers, signed, ids);
  if (destination.owner === 'gateway') return answerOwn(options.own, exchange, inside);
  const body = readBody(request, destination.bodyLimit, options.bodyTimeouts);
  let held: Writable | undefined;
  await forward({
    upstream: options.upstreams[destination.owner],
    streams: destination.streams,
    method: request.method!,
    path: exchange.path + exchange.search,
    headers: inside,
    body: body instanceof Promise ? await body : body,
    response,
    begin(status, answered) {
      // Before the answer is out, so that whoever reads of an ended session cannot use it here any more.
      if (changesIdentity(destination, status) && exchange.userId) options.onIdentityChange(exchange.userId);
      const head = answerHead(exchange, answered);
      const { caller } = exchange;
      if (status === 403 && caller) {
        const record = (code: string) => options.denials.record(denialOf(exchange, destination, caller, code));
        return (held = holdRefusal(response, head, record));
      }
      const mayCompress = !destination.secret && request.method !== 'HEAD' && isWorthCompressing(status, head);
      if (mayCompress) head.push('vary', 'Accept-Encoding');
      if (mayCompress && acceptsGzip(request.headers['accept-encoding'])) return compressed(status, head, response);
      response.writeHead(status, head);
      // Node keeps the head back for the first bytes, which an event stream may not have for a while.
      if (destination.streams) response.flushHeaders();
      if (answered['content-type'] === 'text/event-stream') options.eventStreams.add(response);
      return response;
    },
  });
  if (held) await finished(held);
}

const changesIdentity = ({ owner, method }: Destination, status: number): boolean =>
  owner === 'identity' && method !== 'GET' && status < 300;
