import { headers, refreshRoute, type Route, type RouteDefinition } from '@annals/contracts';
import { ApiProblem, readProblem } from './api-problem.js';
import { buildRequest } from './build-request.js';
import type { Answer, AnyInput, Call } from './call.js';
import { rememberPositions, type Positions } from './positions.js';
import { defaultRetryPolicy, pause, retryDelay, type RetryPolicy } from './retry.js';
import { keepTokens, type TokenKeeper, type Tokens } from './tokens.js';

export interface ClientOptions {
  /** Where the API answers, with its base path: `https://annals.example/api/v1`. */
  baseUrl: string;
  /** Access token. */
  token?: string;
  /** When given, an expired access token is replaced once and the call repeated. */
  refreshToken?: string;
  /** Account to work in, id or slug, also of tokens that are renewed; the one that was signed in to unless said. */
  account?: string;
  /** Told whenever tokens were replaced, so that they can be stored; both null when the session has ended. */
  onTokens?: (tokens: Tokens) => void;
  /** Longest wait for an answer's head, in milliseconds; 30,000 unless said. */
  timeoutMs?: number;
  retry?: Partial<RetryPolicy>;
  fetch?: typeof globalThis.fetch;
}

export interface Client {
  /**
   * Calls a route of the contracts.
   * @throws ApiProblem when the server refuses; TypeError when it cannot be reached.
   */
  call: Call;
  /** The same session in another account. Positions and tokens are shared; nothing else changes for this client. */
  withAccount(account: string): Client;
  /** Uses other tokens from now on, as after a sign-in. */
  signIn(tokens: { token: string; refreshToken?: string }): void;
  signOut(): void;
}

interface Shared {
  baseUrl: string;
  fetch: typeof globalThis.fetch;
  timeoutMs: number;
  retry: RetryPolicy;
  positions: Positions;
  tokens: TokenKeeper;
}

/** Makes a client. It keeps no global state: two clients are two sessions. */
export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? globalThis.fetch;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const initial = { access: options.token ?? null, refresh: options.refreshToken ?? null };
  const exchange = (refresh_token: string) =>
    exchangeTokens(send, baseUrl, {
      refresh_token,
      ...(options.account === undefined ? {} : { account: options.account }),
    });
  const shared: Shared = {
    baseUrl,
    fetch: send,
    timeoutMs: options.timeoutMs ?? 30_000,
    retry: { ...defaultRetryPolicy, ...options.retry },
    positions: rememberPositions(),
    tokens: keepTokens(initial, exchange, options.onTokens),
  };
  return clientFor(shared, options.account);
}

function clientFor(shared: Shared, account: string | undefined): Client {
  const call = <D extends RouteDefinition>(route: Route<D>, input: AnyInput = {}) =>
    callRoute(shared, account, route, input);
  return {
    call: call as Call,
    withAccount: (other) => clientFor(shared, other),
    signIn: ({ token, refreshToken }) => shared.tokens.replace({ access: token, refresh: refreshToken ?? null }),
    signOut: () => shared.tokens.replace({ access: null, refresh: null }),
  };
}

async function exchangeTokens(
  send: typeof globalThis.fetch,
  baseUrl: string,
  body: { refresh_token: string; account?: string },
): Promise<Tokens | null> {
  const request = buildRequest(refreshRoute.definition, { body }, { baseUrl, token: null, minPosition: null });
  const response = await send(request.url, request.init);
  if (response.status === 401) return null;
  if (!response.ok) throw await readProblem(response);
  const { access_token, refresh_token } = refreshRoute.definition.responses[200].parse(await response.json());
  return { access: access_token, refresh: refresh_token };
}

async function callRoute(
  shared: Shared,
  account: string | undefined,
  route: Route,
  given: AnyInput,
): Promise<Answer<unknown>> {
  const { definition } = route;
  const signedIn = definition.access.kind !== 'open';
  // One key for all tries of this call, so that a repeat after a lost answer has no second effect.
  const needsKey = signedIn && definition.method !== 'GET' && given.idempotencyKey === undefined;
  const input = needsKey ? { ...given, idempotencyKey: globalThis.crypto.randomUUID() } : given;
  const repeatable = definition.method === 'GET' || input.idempotencyKey !== undefined;
  let renewed = false;
  for (let attempt = 0; ;) {
    const token = shared.tokens.access();
    try {
      return await attemptCall(shared, account, route, input, token);
    } catch (error) {
      const refused = error instanceof ApiProblem && error.status === 401;
      if (refused && signedIn && !renewed && (await shared.tokens.renew(token))) {
        renewed = true;
        continue;
      }
      const delay = retryDelay(error, attempt, repeatable, shared.retry);
      if (delay === null) throw error;
      attempt += 1;
      await pause(delay, input.signal);
    }
  }
}

async function attemptCall(
  shared: Shared,
  account: string | undefined,
  route: Route,
  input: AnyInput,
  token: string | null,
): Promise<Answer<unknown>> {
  const request = buildRequest(route.definition, input, {
    baseUrl: shared.baseUrl,
    token,
    minPosition: shared.positions.header(),
    ...(account === undefined ? {} : { account }),
  });
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new TypeError(`no answer within ${shared.timeoutMs} ms`)),
    shared.timeoutMs,
  );
  const signal = input.signal ? AbortSignal.any([input.signal, timeout.signal]) : timeout.signal;
  try {
    const response = await shared.fetch(request.url, { ...request.init, signal });
    if (!response.ok && response.status !== 304) throw await readProblem(response);
    shared.positions.remember(response.headers.get(headers.position));
    return answer(response, await readBody(route.definition, response));
  } finally {
    clearTimeout(timer);
  }
}

async function readBody(definition: RouteDefinition, response: Response): Promise<unknown> {
  const declared = definition.responses[response.status];
  if (declared === 'stream') return response.body ?? new ReadableStream<Uint8Array>({ start: (end) => end.close() });
  const text = await response.text();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

const answer = (response: Response, body: unknown): Answer<unknown> => ({
  status: response.status,
  body,
  etag: response.headers.get('etag'),
  position: response.headers.get(headers.position),
  replayed: response.headers.get(headers.idempotencyReplayed) === 'true',
  location: response.headers.get('location'),
  requestId: response.headers.get(headers.requestId),
  traceId: response.headers.get(headers.traceId),
});
