import { personIdentity } from '@annals/auth';
import { Problem, route } from '@annals/contracts';
import { SpanKind, TraceFlags } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { mount } from '../http/mount.js';
import { startTestApp, type TestApp } from '../http/test-app.js';
import { createMetrics, type Metrics } from '../metrics.js';
import { currentScope } from './scope.js';
import { createSpanFile, type SpanLine } from './span-file.js';
import { createSpanQueue } from './span-queue.js';
import { beginEntry, currentTraceparent, withSpan } from './spans.js';
import { startTelemetry, type Telemetry, type TelemetryOptions } from './start.js';
import { formatTraceparent, parseTraceparent } from './trace-parent.js';

const ann = personIdentity({
  user_id: '0190a000-0000-7000-8000-000000000001',
  account_id: '0190a000-0000-7000-8000-0000000000aa',
});
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const caller = '00f067aa0ba902b7';
const base = {
  owner: 'profile',
  summary: 's',
  tag: 't',
  access: { kind: 'user' },
  responses: { 200: z.any() },
} as const;

let folder: string;
let telemetry: Telemetry | undefined;
let app: TestApp | undefined;
let metrics: Metrics;
let work: () => Promise<unknown>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-traces-'));
  metrics = createMetrics();
});
afterEach(async () => {
  await app?.close();
  await telemetry?.stop();
  app = undefined;
  telemetry = undefined;
  rmSync(folder, { recursive: true });
});

async function start(options: Partial<TelemetryOptions> = {}, slowMs?: number): Promise<TestApp> {
  telemetry = startTelemetry({ service: 'profile', traceDir: folder, metrics, ...options });
  const things = mount(route('things', { ...base, method: 'GET', path: '/things' }), async () => {
    await work();
    return { status: 200, body: {} };
  });
  return (app = await startTestApp({ routes: [things], slowMs }));
}

async function spans(): Promise<SpanLine[]> {
  await telemetry!.flush();
  if (!readdirSync(folder).includes('profile.ndjson')) return [];
  const text = readFileSync(join(folder, 'profile.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SpanLine);
}

const call = (flags?: '00' | '01') =>
  app!.call('GET', '/api/v1/things', {
    as: ann,
    headers: {
      'x-request-id': 'request-0001',
      'x-correlation-id': 'correlation-1',
      ...(flags && { traceparent: `00-${trace}-${caller}-${flags}` }),
    },
  });

describe('the span of a request', () => {
  it('continues the caller’s trace, holds the work inside it, and names whose it is', async () => {
    let inside: string | undefined;
    work = () =>
      withSpan('command ChangeThing', { 'app.stream': 'thing-1' }, async () => (inside = currentTraceparent()));
    await start();
    await call('01');
    const [command, server] = await spans();
    const whose = {
      'app.request_id': 'request-0001',
      'app.correlation_id': 'correlation-1',
      'account.id': ann.account_id,
    };
    expect(server).toMatchObject({
      trace_id: trace,
      parent_span_id: caller,
      service: 'profile',
      name: 'GET /things',
      kind: 'server',
      status: 'ok',
      attributes: { ...whose, 'http.route': '/things', 'http.request.method': 'GET', 'http.response.status_code': 200 },
    });
    expect(command).toMatchObject({
      trace_id: trace,
      parent_span_id: server!.span_id,
      name: 'command ChangeThing',
      kind: 'internal',
      attributes: { ...whose, 'app.stream': 'thing-1' },
    });
    expect(inside).toBe(`00-${trace}-${command!.span_id}-01`);
    expect(server!.start_ms).toBeLessThanOrEqual(command!.start_ms);
    expect(server!.duration_ms).toBeGreaterThan(0);
  });

  it('has the ids that the log and the answer have', async () => {
    let scope: ReturnType<typeof currentScope>;
    work = async () => (scope = currentScope());
    await start();
    const answer = await call();
    const [server] = await spans();
    expect(server!.trace_id).toBe(answer.headers['x-trace-id']);
    expect(server!.parent_span_id).toBeNull();
    expect(scope).toMatchObject({ trace_id: server!.trace_id, span_id: server!.span_id, account_id: ann.account_id });
    expect(app!.lines.at(-1)).toMatchObject({ trace_id: server!.trace_id, span_id: server!.span_id });
  });

  it('says by its code, not by its text, why it failed', async () => {
    work = () =>
      withSpan('append thing', {}, () => Promise.reject(new Problem(503, 'store-away', 'for ann@acme.test')));
    await start();
    await call('01');
    const [append, server] = await spans();
    expect(append).toMatchObject({ status: 'error', attributes: { 'error.type': 'store-away' } });
    expect(server).toMatchObject({
      status: 'error',
      attributes: { 'error.type': 'store-away', 'http.response.status_code': 503 },
    });
    expect(JSON.stringify([append, server])).not.toContain('ann@acme.test');
  });

  it('of a refusal that is the caller’s own mistake is no error', async () => {
    work = () => Promise.reject(new Problem(409, 'taken', 'x'));
    await start();
    await call('01');
    expect(await spans()).toMatchObject([{ status: 'ok', attributes: { 'http.response.status_code': 409 } }]);
  });
});

describe('sampling', () => {
  it('follows the caller', async () => {
    let inside: string | undefined;
    work = () => withSpan('inner', {}, async (span) => ((inside = currentTraceparent()), expect(span).toBeUndefined()));
    await start();
    await call('00');
    expect(await spans()).toEqual([]);
    expect(inside).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`));
  });

  it('makes no span object for what is not chosen', async () => {
    work = () => withSpan('inner', {}, async (span) => expect(span).toBeUndefined());
    await start({ ratio: 0 });
    for (let i = 0; i < 20; i++) await call();
    expect(await spans()).toEqual([]);
  });

  it('chooses about its share of traces, and each process the same ones', async () => {
    await start({ ratio: 0.3 });
    const options = { name: 'x', kind: SpanKind.SERVER, requestId: 'r', correlationId: 'c' };
    const chosen = Array.from({ length: 2000 }, () => beginEntry(options)).filter((entry) => entry.span);
    for (const entry of chosen) entry.span!.end();
    expect(chosen.length / 2000).toBeGreaterThan(0.2);
    expect(chosen.length / 2000).toBeLessThan(0.4);
  });

  it('keeps what failed, whatever was chosen', async () => {
    work = () => Promise.reject(new TypeError('a bug'));
    await start({ ratio: 0 });
    const answer = await call();
    expect(await spans()).toMatchObject([
      {
        name: 'GET /things',
        status: 'error',
        trace_id: answer.headers['x-trace-id'],
        attributes: { 'error.type': 'internal-error' },
      },
    ]);
  });

  it('keeps what was slow, in the caller’s trace', async () => {
    work = async () => undefined;
    await start({ ratio: 0 }, 0);
    await call('00');
    expect(await spans()).toMatchObject([{ trace_id: trace, parent_span_id: caller, status: 'ok' }]);
  });

  it('of nothing at all costs nothing: work runs without spans when they go nowhere', async () => {
    work = () => withSpan('inner', {}, async (span) => expect(span).toBeUndefined());
    await start({ traceDir: undefined });
    expect(await call('01')).toMatchObject({ status: 200 });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a dead collector', () => {
  it('costs its spans, which are counted, and never a request or the local file', async () => {
    work = async () => undefined;
    await start({ otlpEndpoint: 'http://127.0.0.1:1' });
    expect(await call('01')).toMatchObject({ status: 200 });
    expect(await spans()).toHaveLength(1);
    expect(metrics.text()).toContain('annals_spans_dropped_total{reason="export_failed"} 1');
  });
});

describe('the queue of spans', () => {
  const held: (() => void)[] = [];
  const slow: SpanExporter = {
    export: (_, done) => void held.push(() => done({ code: 0 })),
    shutdown: async () => undefined,
  };
  type Ended = Parameters<ReturnType<typeof createSpanQueue>['onEnd']>[0];
  const span = {} as Ended;

  it('is bounded: what does not fit is counted and gone', async () => {
    const dropped: string[] = [];
    const queue = createSpanQueue({
      exporter: slow,
      capacity: 3,
      interval: 60_000,
      onDropped: (count, reason) => dropped.push(`${count} ${reason}`),
    });
    for (let i = 0; i < 5; i++) queue.onEnd(span);
    expect(dropped).toEqual(['1 queue_full', '1 queue_full']);
    const stopped = queue.shutdown();
    held.shift()!();
    await stopped;
  });

  it('exports a full batch at once and one batch at a time', async () => {
    const queue = createSpanQueue({ exporter: slow, interval: 60_000, onDropped: () => undefined });
    for (let i = 0; i < 512; i++) queue.onEnd(span);
    expect(held).toHaveLength(1);
    queue.onEnd(span);
    const flushed = queue.forceFlush();
    expect(held).toHaveLength(1);
    held.shift()!();
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    held.shift()!();
    await flushed;
    await queue.shutdown();
  });

  it('exports what waits when its time has come', async () => {
    const queue = createSpanQueue({ exporter: slow, interval: 5, onDropped: () => undefined });
    queue.onEnd(span);
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    held.shift()!();
    await queue.shutdown();
  });
});

describe('the file of spans', () => {
  it('is replaced when it is full, and the one before is kept', async () => {
    writeFileSync(join(folder, 'profile.ndjson'), 'x'.repeat(2000));
    const file = createSpanFile({ directory: folder, service: 'profile', maxBytes: 1000 });
    const result = await new Promise<{ code: number }>((resolve) => file.export([], resolve));
    expect(result.code).toBe(0);
    expect(readFileSync(join(folder, 'profile.1.ndjson'), 'utf8')).toHaveLength(2000);
    expect(readFileSync(join(folder, 'profile.ndjson'), 'utf8')).toBe('');
  });

  it('that cannot be written is a failed export', async () => {
    writeFileSync(join(folder, 'taken'), '');
    const file = createSpanFile({ directory: join(folder, 'taken'), service: 'profile' });
    const result = await new Promise<{ code: number; error?: Error }>((resolve) => file.export([], resolve));
    expect(result).toMatchObject({ code: 1, error: { code: 'EEXIST' } });
  });
});

describe('traceparent', () => {
  it('is read as it is written', () => {
    const span = { traceId: trace, spanId: caller, traceFlags: TraceFlags.SAMPLED };
    expect(parseTraceparent(formatTraceparent(span))).toEqual({ ...span, isRemote: true });
    expect(parseTraceparent(`01-${trace}-${caller}-03-later`)).toEqual({ ...span, isRemote: true });
  });

  it.each([
    undefined,
    '',
    'garbage',
    `ff-${trace}-${caller}-01`,
    `00-${'0'.repeat(32)}-${caller}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${caller}-01`,
    `00-${trace}-${caller}`,
    `01-${trace}-${caller}-01-${'x'.repeat(200)}`,
  ])('that is malformed counts as absent: %s', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});
