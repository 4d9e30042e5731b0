import { basePath, type RouteTable } from '@annals/service';
import type { RequestListener } from 'node:http';
import type { ContextResolver } from '../context/resolve-context.js';
import { recordRefusal, type RefusalOptions } from '../conduct/record-refusal.js';
import type { Destination } from '../forward/destination.js';
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
import { beginExchange, type Exchange } from './exchange.js';
import type { FinishExchange } from './finish-exchange.js';
import { passAnswer, type PassOptions } from './pass-answer.js';

export interface EdgeOptions extends CallerOptions, RefusalOptions, PassOptions {
  contexts: ContextResolver;
  table: RouteTable<Destination>;
  upstreams: Readonly<Record<UpstreamName, Upstream>>;
  addressOf: ClientAddressOf;
  crossOrigin: CrossOriginRules;
  addressLimit: RateLimit | null;
  finish: FinishExchange;
  /** Told of each request that begins (1) and ends (-1). */
  onInFlight(change: 1 | -1): void;
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
  const answer = passAnswer(options, exchange, destination, params);
  await forward({
    upstream: options.upstreams[destination.owner],
    streams: destination.streams,
    method: request.method!,
    path: exchange.path + exchange.search,
    headers: inside,
    body: body instanceof Promise ? await body : body,
    response,
    begin: (status, answered) => answer.begin(status, answered),
  });
  await answer.passed();
}
