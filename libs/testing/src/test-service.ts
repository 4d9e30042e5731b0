import type { AddressInfo } from 'node:net';
import {
  createContextReader,
  createContextSigner,
  gatewayPrincipal,
  generateKey,
  serviceIdentity,
  type ContextReader,
} from '@annals/auth';
import { headers, IdentityContext, type CurrentUserContext, type Service } from '@annals/contracts';
import { basePath, createApp, createLogger, type MountedRoute, type PositionWaiter } from '@annals/service';

export interface TestServiceOptions {
  service: Service;
  routes: readonly MountedRoute[];
  commandKey: Uint8Array;
  /** Read models that reads with `x-min-position` wait for. */
  projections?: readonly PositionWaiter[];
}

export interface Asked {
  /** Sent as JSON; a form as `multipart/form-data`. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  status: number;
  headers: Headers;
  /** Empty text when there is none. */
  etag: string;
  /** `x-position`, to be sent back as `x-min-position`. */
  position: string;
  /** The body as it came. */
  text: string;
  /** The parsed JSON body, an empty object when it is none. */
  json: Record<string, unknown>;
}

/** One process of a service, listening on a free port; replies are checked against their contracts. */
export interface TestService {
  /** Calls `path` below `/api/v1` as the gateway would for this person; null for nobody. */
  call(method: string, path: string, who: CurrentUserContext | null, asked?: Asked): Promise<Answered>;
  /** The same for answers without end: the response as it begins. */
  open(path: string, who: CurrentUserContext, asked?: Asked & { signal?: AbortSignal }): Promise<Response>;
  /** Calls a route between our own processes, such as `/internal/…`: as the gateway, or as this person. @returns the status */
  inside(method: string, path: string, body: unknown, who?: CurrentUserContext): Promise<number>;
  /** Calls such a route as the export service does, which signs for itself: on behalf of somebody, with what it says. */
  asExport(method: string, path: string, as: IdentityContext, body?: unknown): Promise<Answered>;
  stop(): Promise<void>;
}

/** Serves routes behind real HTTP with contexts signed as by the gateway, so that nothing of the road is skipped. */
export async function startTestService(options: TestServiceOptions): Promise<TestService> {
  const { privateJwk, publicJwk } = await generateKey('gateway');
  const signer = createContextSigner({ principal: 'gateway', privateJwk });
  const exporter = await generateKey('svc:export');
  const exportSigner = createContextSigner({ principal: 'svc:export', privateJwk: exporter.privateJwk });
  const contextReader: ContextReader = createContextReader({ jwks: { keys: [publicJwk, exporter.publicJwk] } });
  const logger = createLogger({ service: options.service, level: 'error' });
  const app = createApp({ ...options, contextReader, logger, readiness: {}, checkReplies: true });
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = origin + basePath;
  async function ask(
    method: string,
    path: string,
    who: CurrentUserContext | null,
    { body, headers: extra, signal }: Asked & { signal?: AbortSignal },
  ): Promise<Response> {
    const isForm = body instanceof FormData;
    return fetch(url + path, {
      method,
      headers: {
        ...(who ? { [headers.context]: await signer.sign(IdentityContext.parse(who)) } : {}),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...extra,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  }
  return {
    async call(method, path, who, asked = {}) {
      return answered(await ask(method, path, who, asked));
    },
    open: (path, who, asked = {}) => ask('GET', path, who, asked),
    async inside(method, path, body, who) {
      const context = await signer.sign(who ? IdentityContext.parse(who) : serviceIdentity(gatewayPrincipal));
      const told = { 'content-type': 'application/json', [headers.context]: context };
      const { status } = await fetch(origin + path, { method, headers: told, body: JSON.stringify(body) });
      return status;
    },
    async asExport(method, path, as, body) {
      const told = { 'content-type': 'application/json', [headers.context]: await exportSigner.sign(as) };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      return answered(await fetch(origin + path, { method, headers: told, ...sent }));
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    etag: response.headers.get('etag') ?? '',
    position: response.headers.get(headers.position) ?? '',
    text,
    json: (isJson(response) && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>,
  };
}

const isJson = (response: Response): boolean => /[/+]json\b/.test(response.headers.get('content-type') ?? '');
