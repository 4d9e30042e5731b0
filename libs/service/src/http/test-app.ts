import { createContextReader, createContextSigner, generateKey } from '@annals/auth';
import { headers, type IdentityContext } from '@annals/contracts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { createMetrics, type Metrics } from '../metrics.js';
import { recordedLog } from '../recorded-log.js';
import { createApp, type AppOptions } from './create-app.js';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The parsed body; empty when there is none. */
  body: Record<string, unknown>;
}

export interface TestApp {
  url: string;
  metrics: Metrics;
  lines: Record<string, unknown>[];
  call(method: string, path: string, call?: TestCall): Promise<Answer>;
  close(): Promise<void>;
}

export interface TestCall {
  /** Signed by the gateway when a person's, by itself when a service's. */
  as?: IdentityContext;
  headers?: Record<string, string>;
  /** Text, bytes and streams are sent as they are, anything else as JSON. */
  body?: unknown;
}

/** For the specs of this library: an app on a port of its own, called over real HTTP. */
export async function startTestApp(options: Partial<AppOptions>): Promise<TestApp> {
  const keys = { gateway: await generateKey('gateway'), service: await generateKey('svc:export') };
  const signers = {
    gateway: createContextSigner({ principal: 'gateway', privateJwk: keys.gateway.privateJwk }),
    service: createContextSigner({ principal: 'svc:export', privateJwk: keys.service.privateJwk }),
  };
  const metrics = createMetrics();
  const { logger, lines } = recordedLog();
  const app = createApp({
    service: 'profile',
    routes: [],
    contextReader: createContextReader({ jwks: { keys: [keys.gateway.publicJwk, keys.service.publicJwk] } }),
    readiness: {},
    logger,
    metrics,
    commandKey: Buffer.alloc(32, 7),
    ...options,
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const agent = new Agent();

  return { url, metrics, lines, call, close };

  async function call(method: string, path: string, { as, headers: given, body }: TestCall = {}): Promise<Answer> {
    const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof Readable;
    const signer = as?.kind === 'service' ? signers.service : signers.gateway;
    const answer = await request(url + path, {
      dispatcher: agent,
      method: method as 'GET',
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(as && { [headers.context]: await signer.sign(as) }),
        ...given,
      },
      body: body === undefined || raw ? body : JSON.stringify(body),
    });
    const text = await answer.body.text();
    const type = answer.headers['content-type'];
    const isJson = typeof type === 'string' && type.includes('json') && text !== '';
    const parsed = isJson ? (JSON.parse(text) as Answer['body']) : {};
    return { status: answer.statusCode, headers: answer.headers, text, body: parsed };
  }

  async function close(): Promise<void> {
    await agent.close();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
