import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSigningKey, createTokenIssuer, generateKey, personIdentity } from '@annals/auth';
import type { Conduct, ContextRequest, IdentityContext, PermissionUse, RequestTimingBatch } from '@annals/contracts';
import { createLogger, createMetrics, type Metrics } from '@annals/service';
import { createGateway, type GatewayOptions } from '../gateway.js';

export const userId = '0190a000-0000-7000-8000-00000000000a';
export const sessionId = '0190a000-0000-7000-8000-00000000000b';
export const acme = '0190a000-0000-7000-8000-0000000000aa';
export const globex = '0190a000-0000-7000-8000-0000000000bb';

/** A member of acme with no rights, unless said. */
export const member = (over: Partial<IdentityContext> = {}): IdentityContext => ({
  ...personIdentity({ user_id: userId, session_id: sessionId, account_id: acme, role: 'VIEWER', roles: ['VIEWER'] }),
  ...over,
});

export interface Told {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** What stands behind the edge; tests change its answers as they go. */
export interface Behind {
  /** What identity says of a caller. */
  contextOf: (asked: ContextRequest) => Told;
  /** What identity says to a batch of conduct; undefined: nothing, ever. */
  takeConduct: () => number | undefined;
  /** The same, when the test decides when. */
  takeConductLater: (() => Promise<number>) | undefined;
  takeUses: () => number;
  takeTimings: () => number;
  /** What every service answers to a call. */
  answer: Told;
  asked: ContextRequest[];
  /** Calls that reached a service, and the sizes of their bodies. */
  calls: string[];
  sizes: number[];
  batches: Conduct[][];
  uses: { id: string; uses: PermissionUse[] }[];
  timings: RequestTimingBatch[];
  revoke: (kind: string, key: string) => void;
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: FormData | ReadableStream;
}

export interface EdgeUnderTest {
  behind: Behind;
  metrics: Metrics;
  token: string;
  /** Base of every path. */
  url: string;
  ask: (path: string, options?: Asked) => Promise<Response>;
  /** Ends the gateway as its process does; the edge answers no more. */
  close: () => Promise<void>;
}

/** A gateway with stubs of the services behind it, and one person who is signed in. */
export async function startEdge(over: Partial<GatewayOptions> = {}): Promise<EdgeUnderTest> {
  const [gatewayKey, tokenKey] = await Promise.all([generateKey('gateway'), createSigningKey('k1', 0)]);
  const tokens = createTokenIssuer({ issuer: 'http://annals.test', keys: () => [tokenKey] });
  const feeds = new Set<ServerResponse>();
  let seq = 0;
  const behind: Behind = {
    contextOf: () => ({ status: 200, body: member() }),
    takeConduct: () => 204,
    takeConductLater: undefined,
    takeUses: () => 204,
    takeTimings: () => 204,
    answer: { status: 200, body: { ok: true } },
    ...{ asked: [], calls: [], sizes: [], batches: [], uses: [], timings: [] },
    revoke(kind, key) {
      seq += 1;
      const marker = JSON.stringify({ seq, kind, key, at: new Date(0).toISOString() });
      for (const feed of feeds) feed.write(`id: ${seq}\ndata: ${marker}\n\nevent: heartbeat\ndata: {}\n\n`);
    },
  };
  const services = await listen((request, response) => {
    if (request.url === '/internal/jwks') return send(response, { status: 200, body: tokens.jwks() });
    if (!request.url?.startsWith('/internal/revocations')) {
      // A body that breaks off has not reached anybody.
      return void serveInside(behind, request, response).catch(() => response.destroy());
    }
    feeds.add(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: heartbeat\ndata: {}\n\n');
  });
  const metrics = createMetrics();
  const gateway = createGateway({
    services: { identity: services.url, profile: services.url, activity: services.url, export: services.url },
    ...{ publicUrl: 'http://annals.test', issuers: [], corsOrigins: [], trustedProxies: [] },
    ...{ signingKey: gatewayKey.privateJwk, contextKeys: { keys: [gatewayKey.publicJwk] } },
    ...{ userLimit: 0, addressLimit: 0, upstreamTimeoutMs: 5_000, timing: 'off' },
    version: { version: '1', commit: 'x' },
    logger: createLogger({ service: 'gateway', level: 'silent' }),
    ...{ metrics, ...over },
  });
  const edge = await listen(gateway.app);
  const { token } = await tokens.mint({ sub: userId, sid: sessionId, account_id: acme, amr: ['pwd'] });
  const url = `${edge.url}/api/v1`;
  const ask: EdgeUnderTest['ask'] = (path, { method = 'GET', headers = {}, body } = {}) => {
    const sent = { method, headers: { authorization: `Bearer ${token}`, ...headers }, body, duplex: 'half' };
    return fetch(url + path, sent as RequestInit);
  };
  // Until the feed has spoken no context is remembered, so nothing could be shown about cached ones.
  while (!metrics.text().includes('annals_revocation_feed_trusted 1')) await new Promise(setImmediate);
  return {
    ...{ behind, metrics, token, url, ask },
    async close() {
      await stop(edge.server);
      await gateway.close();
      await stop(services.server);
    },
  };
}

async function serveInside(behind: Behind, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const isJson = request.headers['content-type']?.includes('json') ?? false;
  const body: unknown = isJson ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
  switch (request.url) {
    case '/internal/contexts':
      behind.asked.push(body as ContextRequest);
      return send(response, behind.contextOf(body as ContextRequest));
    case '/internal/conduct': {
      behind.batches.push((body as { conduct: Conduct[] }).conduct);
      const status = behind.takeConductLater ? await behind.takeConductLater() : behind.takeConduct();
      return status === undefined ? undefined : send(response, { status, body: undefined });
    }
    case '/internal/permission-uses':
      behind.uses.push(body as Behind['uses'][number]);
      return send(response, { status: behind.takeUses(), body: undefined });
    case '/internal/request-timings':
      behind.timings.push(body as RequestTimingBatch);
      return send(response, { status: behind.takeTimings(), body: undefined });
    default:
      behind.calls.push(`${request.method} ${request.url}`);
      behind.sizes.push(Buffer.concat(chunks).length);
      return send(response, behind.answer);
  }
}

function send(response: ServerResponse, { status, body, headers }: Told): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { ...(body !== undefined && { 'content-type': type }), ...headers });
  // What follows is for nobody to say: a stream of events has no end of its own.
  if (headers?.['content-type'] === 'text/event-stream') return void response.write(body);
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
