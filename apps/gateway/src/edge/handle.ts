import { headers, Problem } from '@annals/contracts';
import { basePath, type RouteTable } from '@annals/service';
import { once } from 'node:events';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { selectAccount } from '../context/account-selection.js';
import { bearerToken } from '../context/bearer-token.js';
import type { ContextResolver } from '../context/resolve-context.js';
import { acceptsGzip, compressed, isWorthCompressing } from '../forward/compress.js';
import type { Destination } from '../forward/destination.js';
import { forward } from '../forward/forward.js';
import { readBody } from '../forward/read-body.js';
import { insideHeaders } from '../forward/request-headers.js';
import type { Upstream, UpstreamName } from '../forward/upstreams.js';
import type { RateLimit } from '../limit/rate-limit.js';
import { answerProblem } from './answer-problem.js';
import type { ClientAddressOf } from './client-address.js';
import type { CrossOriginRules } from './cross-origin.js';
import { answerHead, beginExchange, type Exchange } from './exchange.js';
import type { FinishExchange } from './finish-exchange.js';
import { serverTiming, wantsTiming, type TimingPolicy } from './server-timing.js';

export interface EdgeOptions {
  table: RouteTable<Destination>;
  upstreams: Readonly<Record<UpstreamName, Upstream>>;
  contexts: ContextResolver;
  addressOf: ClientAddressOf;
  crossOrigin: CrossOriginRules;
  addressLimit: RateLimit | null;
  userLimit: RateLimit | null;
  timing: TimingPolicy;
  finish: FinishExchange;
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
    void serve(options, exchange)
      .catch((error: unknown) => answerProblem(exchange, error))
      .then((problem) => options.finish(exchange, problem ?? undefined))
      .catch((error: unknown) => {
        response.destroy();
        options.onTrouble(error);
      });
  };
}

async function serve(options: EdgeOptions, exchange: Exchange): Promise<void> {
  const { request, response, own, ids } = exchange;
  const { origin } = request.headers;
  if (origin !== undefined) own.push('vary', 'Origin', ...options.crossOrigin.answer(origin));
  if (request.method === 'OPTIONS') return answerOptions(options, exchange);
  const method = request.method === 'HEAD' ? 'GET' : request.method!;
  const { route: destination, params } = options.table.match(method, exchange.path);
  limit(options.addressLimit, ids.ip_address ?? 'unknown', { own, show: destination.open });
  exchange.route = destination.path.slice(basePath.length);
  const signed = destination.open ? null : await contextOf(options, exchange, destination, params);
  const inside = insideHeaders(request.headers, signed, ids);
  if (destination.owner === 'gateway') return answerOwn(options, exchange, inside);
  const body = readBody(request, destination.bodyLimit);
  await forward({
    upstream: options.upstreams[destination.owner],
    streams: destination.streams,
    method: request.method!,
    path: exchange.path + exchange.search,
    headers: inside,
    body: body instanceof Promise ? await body : body,
    response,
    begin(status, answered) {
      const head = answerHead(exchange, answered);
      const mayCompress = !destination.secret && request.method !== 'HEAD' && isWorthCompressing(status, head);
      if (mayCompress) head.push('vary', 'Accept-Encoding');
      if (mayCompress && acceptsGzip(request.headers['accept-encoding'])) return compressed(status, head, response);
      response.writeHead(status, head);
      // Node keeps the head back for the first bytes, which an event stream may not have for a while.
      if (destination.streams) response.flushHeaders();
      return response;
    },
  });
}

/** The signed identity part of a caller who has to be somebody; counts the request against that person's limit. */
async function contextOf(
  options: EdgeOptions,
  exchange: Exchange,
  destination: Destination,
  params: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { contexts, timing } = options;
  const received = exchange.request.headers;
  const token = bearerToken(received.authorization);
  const inPath = destination.accountParameter === null ? null : String(params[destination.accountParameter]);
  const selection = selectAccount(inPath, received[headers.accountId] as string | undefined);
  const begun = performance.now();
  const cached = contexts.find(token, selection);
  const resolution = cached ? null : await contexts.resolve(token, selection);
  const context = cached ?? resolution!.context;
  if (wantsTiming(timing, received['x-server-timing'])) {
    exchange.own.push('server-timing', serverTiming(performance.now() - begun, resolution?.timing ?? null));
  }
  const { user_id, account_id } = context.identity;
  exchange.accountId = account_id;
  exchange.entry.scope.account_id = account_id ?? undefined;
  limit(options.userLimit, user_id ?? 'unknown', { own: exchange.own, show: true });
  return contexts.signed(context);
}

/**
 * Counts a request. What is left is said to whoever it is counted for, always when nothing is.
 * @throws Problem 429 `rate-limited`
 */
function limit(rate: RateLimit | null, caller: string, said: { own: string[]; show: boolean }): void {
  if (!rate) return;
  const { allowed, remaining, resetSeconds } = rate.take(caller);
  if (said.show || !allowed) {
    said.own.push('ratelimit-policy', rate.policy, 'ratelimit', `"${rate.name}";r=${remaining};t=${resetSeconds}`);
  }
  if (allowed) return;
  throw new Problem(429, 'rate-limited', `Too many requests: wait ${resetSeconds} s`, {
    headers: { 'retry-after': String(resetSeconds) },
  });
}

/** Answers here what belongs to no service, through the same door: with a signed context and nothing of the client's. */
async function answerOwn(options: EdgeOptions, exchange: Exchange, inside: readonly string[]): Promise<void> {
  const { request, response, own } = exchange;
  const received: IncomingHttpHeaders = {};
  for (let index = 0; index < inside.length; index += 2) received[inside[index]!] = inside[index + 1]!;
  request.headers = received;
  for (let index = 0; index < own.length; index += 2) response.appendHeader(own[index]!, own[index + 1]!);
  options.own(request, response);
  if (!response.writableEnded && !response.destroyed) await once(response, 'close');
}

/** A preflight of a listed origin, or what may be asked of a path. */
function answerOptions(options: EdgeOptions, exchange: Exchange): void {
  const { request, response } = exchange;
  const allow = allowedAt(options.table, exchange.path);
  const isPreflight = request.headers['access-control-request-method'] !== undefined;
  const said = isPreflight ? options.crossOrigin.preflight(request.headers.origin, allow) : ['allow', allow];
  if (!said) throw new Problem(403, 'origin-not-allowed', 'Pages of this origin may not call this API');
  response.writeHead(204, [...answerHead(exchange, {}), ...said]).end();
}

function allowedAt(table: RouteTable<Destination>, path: string): string {
  try {
    table.match('OPTIONS', path);
  } catch (error) {
    const allow = error instanceof Problem ? error.headers.allow : undefined;
    if (allow === undefined) throw error;
    return allow;
  }
  throw new Error('no contract declares OPTIONS');
}
