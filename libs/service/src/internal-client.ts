import type { ContextSigner } from '@annals/auth';
import { serviceIdentity } from '@annals/auth';
import { headers, Problem, type IdentityContext, type Method, type RequestContext } from '@annals/contracts';
import { SpanKind } from '@opentelemetry/api';
import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { currentTraceparent, withSpan } from './telemetry/spans.js';

export interface InternalCall {
  method: Method;
  /** Whole path with query, as in `/internal/contexts`. */
  path: string;
  body?: unknown;
  /** Who speaks; this process's own principal without rights unless said. Keep and reuse the object: signatures are cached by it. */
  identity?: IdentityContext;
  /** The request that this call is made for: its ids travel along. */
  request?: RequestContext;
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds to the head of the answer; 5,000 unless said. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface InternalAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: unknown;
}

export interface InternalClient {
  /** @throws Problem with the status and code the other service answered, or 503 `service-unreachable` */
  call(call: InternalCall): Promise<InternalAnswer>;
  /** The answer's bytes as they come, for event streams and files. @throws as `call` */
  stream(call: InternalCall): Promise<{ status: number; headers: InternalAnswer['headers']; body: Readable }>;
  close(): Promise<void>;
}

export interface InternalClientOptions {
  /** As in `http://127.0.0.1:8081`. */
  baseUrl: string;
  signer: ContextSigner;
  /** 64 unless said. */
  connections?: number;
}

/** Calls another of our services over kept connections, with a signed context. It never repeats a call by itself. */
export function internalClient(options: InternalClientOptions): InternalClient {
  const { baseUrl, signer, connections = 64 } = options;
  const pool = new Pool(baseUrl, { connections, pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: 2000 } });
  const self = serviceIdentity(signer.principal);

  return {
    call: (call) =>
      withSpan(`${call.method} ${new URL(call.path, baseUrl).pathname}`, {}, () => callJson(call), {
        kind: SpanKind.CLIENT,
      }),
    async stream(call) {
      const answer = await send(call, 0);
      if (answer.statusCode >= 400) throw problemOf(answer.statusCode, answer.headers, await readBody(answer.body));
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    },
    close: () => pool.destroy(),
  };

  async function callJson(call: InternalCall): Promise<InternalAnswer> {
    const timeout = call.timeoutMs ?? 5000;
    const answer = await send(call, timeout);
    const body = await readBody(answer.body);
    if (answer.statusCode >= 400) throw problemOf(answer.statusCode, answer.headers, body);
    return { status: answer.statusCode, headers: answer.headers, body };
  }

  async function send(call: InternalCall, bodyTimeout: number) {
    const context = await signer.sign(call.identity ?? self);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    try {
      return await pool.request({
        method: call.method,
        path: call.path,
        body,
        headers: headersOf(call, context, body !== undefined),
        headersTimeout: call.timeoutMs ?? 5000,
        bodyTimeout,
        signal: call.signal,
      });
    } catch (cause) {
      throw unreachable(cause);
    }
  }
}

function headersOf(call: InternalCall, context: string, hasBody: boolean): Record<string, string> {
  const { request } = call;
  const traceparent = currentTraceparent() ?? request?.traceparent;
  return {
    accept: 'application/json',
    ...(hasBody && { 'content-type': 'application/json' }),
    [headers.context]: context,
    ...(request && {
      [headers.requestId]: request.request_id,
      [headers.transactionId]: request.transaction_id,
      [headers.correlationId]: request.correlation_id,
      [headers.causationId]: request.causation_id,
      ...(request.ip_address && { [headers.clientAddress]: request.ip_address }),
      ...(request.user_agent && { [headers.clientAgent]: request.user_agent }),
    }),
    ...(traceparent && { [headers.traceparent]: traceparent }),
    ...call.headers,
  };
}

const largestAnswer = 8 * 1024 * 1024;

async function readBody(body: Readable): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largestAnswer) throw new Error(`an answer of more than ${largestAnswer} bytes`);
      chunks.push(chunk);
    }
    return size === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown);
  } catch (cause) {
    throw unreachable(cause);
  }
}

const unreachable = (cause: unknown) =>
  new Problem(503, 'service-unreachable', 'Another part of the system does not answer', {
    headers: { 'retry-after': '1' },
    cause,
  });

/** The other service's problem as ours: same status, code and fields. */
function problemOf(status: number, from: InternalAnswer['headers'], body: unknown): Problem {
  const { code, detail, errors } = (body ?? {}) as { code?: unknown; detail?: unknown; errors?: unknown };
  const retryAfter = from['retry-after'];
  return new Problem(
    status,
    typeof code === 'string' ? code : 'service-refused',
    typeof detail === 'string' ? detail : 'Another part of the system refused',
    {
      fields: Array.isArray(errors) ? (errors as Problem['fields']) : [],
      headers: typeof retryAfter === 'string' ? { 'retry-after': retryAfter } : {},
    },
  );
}
