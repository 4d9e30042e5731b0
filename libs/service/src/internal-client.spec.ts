import {
  createContextReader,
  createContextSigner,
  generateKey,
  personIdentity,
  serviceIdentity,
  type ContextSigner,
} from '@annals/auth';
import { Problem, type RequestContext } from '@annals/contracts';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { createApp } from './http/create-app.js';
import { mountInside, type Reply, type RouteRequest } from './http/mount.js';
import { internalClient, type InternalClient } from './internal-client.js';
import { createMetrics } from './metrics.js';
import { recordedLog } from './recorded-log.js';

let server: Server;
let client: InternalClient;
let signer: ContextSigner;
let seen: RouteRequest[];
let reply: () => Promise<Reply>;

beforeAll(async () => {
  const keys = await generateKey('svc:export');
  signer = createContextSigner({ principal: 'svc:export', privateJwk: keys.privateJwk });
  const handle = async (request: unknown) => {
    seen.push(request as RouteRequest);
    return reply();
  };
  const inside = { path: '/internal/things', principals: ['svc:export'] } as const;
  const app = createApp({
    service: 'identity',
    routes: [
      mountInside({ ...inside, method: 'POST', body: z.object({ name: z.string() }) }, handle),
      mountInside({ ...inside, method: 'GET', query: z.object({ after: z.string().optional() }) }, handle),
    ],
    contextReader: createContextReader({ jwks: { keys: [keys.publicJwk] } }),
    readiness: {},
    logger: recordedLog().logger,
    metrics: createMetrics(),
    commandKey: Buffer.alloc(32),
  });
  server = createServer((req, res) => {
    if (req.url === '/proxy-error') return void res.writeHead(502, { 'content-type': 'text/html' }).end('<html>');
    if (req.url === '/no-code') return void res.writeHead(418).end('{}');
    if (req.url === '/cut')
      return void res.writeHead(200, { 'content-length': '10' }).write('half', () => res.destroy());
    if (req.url === '/huge') return void res.writeHead(200).end(`"${'x'.repeat(9_000_000)}"`);
    if (req.url === '/never') return;
    app(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = internalClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, signer });
});
afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
  reply = async () => ({ status: 200, body: { ok: true }, headers: { 'x-more': 'yes' } });
});

const request: RequestContext = {
  request_id: 'request-0001',
  transaction_id: 'transaction-1',
  correlation_id: 'correlation-1',
  causation_id: 'causation-1',
  ip_address: '192.0.2.7',
  user_agent: 'a browser',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  timestamp: '2026-11-21T09:00:00Z',
};

describe('a call to another service', () => {
  it('speaks as its own principal and brings the answer back', async () => {
    const answer = await client.call({ method: 'POST', path: '/internal/things', body: { name: 'x' } });
    expect(answer).toMatchObject({ status: 200, body: { ok: true }, headers: { 'x-more': 'yes' } });
    expect(seen[0]).toMatchObject({
      body: { name: 'x' },
      context: { kind: 'service', principal: 'svc:export', user_id: null },
    });
  });

  it('says for whom it works and for which request', async () => {
    const identity = serviceIdentity('svc:export', { userId: '0190a000-0000-7000-8000-000000000001' });
    await client.call({ method: 'GET', path: '/internal/things?after=7', identity, request });
    const { timestamp, ...ids } = request;
    expect(timestamp).toBeDefined();
    expect(seen[0]).toMatchObject({ query: { after: '7' }, context: { user_id: identity.user_id, ...ids } });
  });

  it('carries the headers it is given', async () => {
    await client.call({
      method: 'POST',
      path: '/internal/things',
      body: { name: 'x' },
      headers: { 'idempotency-key': 'k' },
    });
    expect(seen[0]!.commandHash).toBeDefined();
  });

  it('has no body where none is answered', async () => {
    reply = async () => ({ status: 204 });
    expect(await client.call({ method: 'GET', path: '/internal/things' })).toMatchObject({
      status: 204,
      body: undefined,
    });
  });

  it('cannot speak for a person', async () => {
    const identity = personIdentity({ user_id: '0190a000-0000-7000-8000-000000000001' });
    await expect(client.call({ method: 'GET', path: '/internal/things', identity })).rejects.toMatchObject({
      code: 'context-not-ours',
    });
  });
});

describe('what the other service refuses', () => {
  it('is refused here for the same reason', async () => {
    reply = () =>
      Promise.reject(new Problem(409, 'thing-taken', 'There is one already', { headers: { 'retry-after': '2' } }));
    await expect(client.call({ method: 'GET', path: '/internal/things' })).rejects.toMatchObject({
      name: 'Problem',
      status: 409,
      code: 'thing-taken',
      detail: 'There is one already',
      headers: { 'retry-after': '2' },
    });
  });

  it('keeps its field problems', async () => {
    await expect(client.call({ method: 'POST', path: '/internal/things', body: {} })).rejects.toMatchObject({
      status: 400,
      code: 'body-invalid',
      fields: [{ path: 'name', code: 'invalid_type' }],
    });
  });

  it('has a code of our own when it gave none', async () => {
    await expect(client.call({ method: 'GET', path: '/no-code' })).rejects.toMatchObject({
      status: 418,
      code: 'service-refused',
    });
  });
});

describe('a service that does not answer as it should', () => {
  const unreachable = { status: 503, code: 'service-unreachable', headers: { 'retry-after': '1' } };

  it.each(['/proxy-error', '/cut', '/huge'])('503 for %s', async (path) => {
    await expect(client.call({ method: 'GET', path })).rejects.toMatchObject(unreachable);
  });

  it('503 when it takes too long, or nobody listens', async () => {
    await expect(client.call({ method: 'GET', path: '/never', timeoutMs: 20 })).rejects.toMatchObject(unreachable);
    const nobody = internalClient({ baseUrl: 'http://127.0.0.1:1', signer, connections: 1 });
    await expect(nobody.call({ method: 'GET', path: '/x' })).rejects.toMatchObject(unreachable);
    await nobody.close();
  });
});

describe('a stream', () => {
  it('gives its bytes as they come', async () => {
    reply = async () => ({ status: 200, stream: async (res) => void res.write('id: 1\n\n') });
    const { status, body } = await client.stream({ method: 'GET', path: '/internal/things' });
    let text = '';
    for await (const chunk of body) text += String(chunk);
    expect({ status, text }).toEqual({ status: 200, text: 'id: 1\n\n' });
  });

  it('is refused like a call', async () => {
    reply = () => Promise.reject(new Problem(403, 'no', 'No'));
    await expect(client.stream({ method: 'GET', path: '/internal/things' })).rejects.toMatchObject({
      status: 403,
      code: 'no',
    });
  });

  it('ends when the caller wants no more', async () => {
    reply = async () => ({ status: 200, stream: (res) => new Promise((resolve) => void res.on('close', resolve)) });
    const abort = new AbortController();
    const { body } = await client.stream({ method: 'GET', path: '/internal/things', signal: abort.signal });
    const reading = (async () => {
      for await (const chunk of body) expect(chunk).toBeDefined();
    })();
    abort.abort();
    await expect(reading).rejects.toThrow();
  });
});
