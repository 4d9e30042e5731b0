import { createContextReader, generateKey } from '@annals/auth';
import { route } from '@annals/contracts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { createApp } from './http/create-app.js';
import { mount } from './http/mount.js';
import { createMetrics } from './metrics.js';
import { recordedLog } from './recorded-log.js';
import { runService, type Running, type RunOptions } from './run-service.js';

const base = {
  owner: 'profile',
  summary: 's',
  tag: 't',
  access: { kind: 'open' },
  responses: { 200: z.any() },
} as const;
let held: Promise<void>;
let arrived: () => void;
let served: () => void;
let log: ReturnType<typeof recordedLog>;
let exits: number[];
let running: Running | undefined;
const agent = new Agent();
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};

beforeEach(() => {
  log = recordedLog();
  exits = [];
  held = Promise.resolve();
  arrived = () => {};
  served = () => {};
});
afterEach(async () => {
  await running?.stop().catch(() => undefined);
  running = undefined;
});
afterAll(() => agent.close());

async function app() {
  const slow = mount(route('slow', { ...base, method: 'GET', path: '/slow' }), async () => {
    arrived();
    await held;
    served();
    return { status: 200, body: { ok: true } };
  });
  const events = mount(route('events', { ...base, method: 'GET', path: '/events' }), async () => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    stream: (res) => {
      res.write('id: 1\n\n');
      return new Promise((resolve) => void res.once('close', resolve));
    },
  }));
  const bytes = mount(route('bytes', { ...base, method: 'GET', path: '/bytes' }), async () => ({
    status: 200,
    headers: { 'content-type': 'application/octet-stream' },
    stream: async (res) => {
      res.write('begun');
      await held;
    },
  }));
  return createApp({
    service: 'profile',
    routes: [slow, events, bytes],
    contextReader: createContextReader({ jwks: { keys: [(await generateKey('gateway')).publicJwk] } }),
    readiness: {},
    logger: log.logger,
    metrics: createMetrics(),
    commandKey: Buffer.alloc(32),
  });
}

async function run(options: Partial<RunOptions> = {}): Promise<Running> {
  running = await runService({
    service: 'profile',
    logger: log.logger,
    port: 0,
    start: async () => ({ app: await app() }),
    exit: (code) => void exits.push(code),
    ...options,
  });
  return running;
}

const get = async (path: string) => {
  const answer = await request(`http://127.0.0.1:${running!.port}${path}`, { dispatcher: agent });
  return { status: answer.statusCode, headers: answer.headers, body: (await answer.body.json()) as object };
};

describe('a service', () => {
  it('answers 503 and says what it waits for, until its stores are there', async () => {
    let storeIsUp = false;
    let attempts = 0;
    const { ready } = await run({
      start: async (boot) => {
        const pool = await boot.connect('postgres', async () => {
          attempts++;
          if (!storeIsUp) throw new Error('ECONNREFUSED');
          return 'pool';
        });
        expect(pool).toBe('pool');
        return { app: await app() };
      },
    });
    await until(() => attempts > 0);
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'starting', checks: { postgres: 'down' } },
    });
    expect(await get('/api/v1/slow')).toMatchObject({ status: 503, body: { code: 'service-starting' } });
    expect(await get('/livez')).toMatchObject({ status: 200 });
    storeIsUp = true;
    await ready;
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(await get('/api/v1/slow')).toMatchObject({ status: 200 });
  });

  it('finishes what it is working on before it closes its stores, in their order', async () => {
    const order: string[] = [];
    let finish = () => {};
    held = new Promise((resolve) => (finish = resolve));
    const closing = (name: string) => async () => void order.push(name);
    await run({
      start: async () => ({ app: await app(), close: [closing('projections'), closing('pool')] }),
      flush: closing('telemetry'),
    });
    await running!.ready;
    served = () => order.push('answer');
    const hasArrived = new Promise<void>((resolve) => (arrived = resolve));
    const answer = get('/api/v1/slow');
    await hasArrived;
    const stopped = running!.stop();
    expect(running!.stop()).toBe(stopped);
    finish();
    expect(await answer).toMatchObject({ status: 200 });
    await stopped;
    expect(order).toEqual(['answer', 'projections', 'pool', 'telemetry']);
    await expect(get('/livez')).rejects.toThrow();
  });

  it('says that it is going away and keeps serving for a while, so that no request is lost', async () => {
    await run({ noticeMs: 3_000 });
    await running!.ready;
    const stopped = running!.stop();
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'draining' },
      headers: { connection: 'close' },
    });
    expect(await get('/api/v1/slow')).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await stopped;
  });

  it('ends event streams at once: their clients come back elsewhere', async () => {
    await run();
    await running!.ready;
    const { body } = await request(`http://127.0.0.1:${running!.port}/api/v1/events`, { dispatcher: agent });
    await new Promise((resolve) => body.once('data', resolve));
    body.once('error', () => undefined);
    await running!.stop();
    expect(log.lines.some((line) => line.level === 'error')).toBe(false);
  });

  it('does not wait for a connection whose answer had begun before and has ended since', async () => {
    let finish: () => void = () => {};
    held = new Promise((resolve) => (finish = resolve));
    await run({ drainMs: 120_000 });
    await running!.ready;
    const { body } = await request(`http://127.0.0.1:${running!.port}/api/v1/bytes`, { dispatcher: agent });
    await new Promise((resolve) => body.once('data', resolve));
    const stopped = running!.stop();
    finish();
    await body.dump();
    // Long before the drain would cut it: this test would end first.
    await stopped;
  });

  it('cuts what does not end', async () => {
    held = new Promise(() => {});
    await run({ drainMs: 20 });
    await running!.ready;
    const hasArrived = new Promise<void>((resolve) => (arrived = resolve));
    const answer = get('/api/v1/slow');
    answer.catch(() => undefined);
    await hasArrived;
    await running!.stop();
    await expect(answer).rejects.toThrow();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends well on %s', async (signal) => {
    await run();
    await running!.ready;
    process.emit(signal, signal);
    await until(() => exits.length > 0);
    expect(exits).toEqual([0]);
    expect(log.lines).toContainEqual(expect.objectContaining({ signal, message: 'stopping' }));
  });

  it('closes everything even when something cannot be closed, and says so', async () => {
    const closed: string[] = [];
    await run({
      start: async () => ({
        app: await app(),
        close: [() => Promise.reject(new Error('stuck')), async () => void closed.push('pool')],
      }),
    });
    await running!.ready;
    process.emit('SIGTERM', 'SIGTERM');
    await until(() => exits.length > 0);
    expect(exits).toEqual([1]);
    expect(closed).toEqual(['pool']);
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', error: { message: 'some parts could not be closed' } });
  });

  it('that cannot start says why and ends with 1', async () => {
    const flush = jest.fn(() => Promise.reject(new Error('no collector')));
    await run({ start: () => Promise.reject(new Error('migration 0003 failed')), flush });
    await running!.ready;
    expect(exits).toEqual([1]);
    expect(flush).toHaveBeenCalled();
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        message: 'could not start',
        error: expect.objectContaining({ message: 'migration 0003 failed' }) as object,
      }),
    );
  });

  it('that is stopped while it waits for a store stops waiting', async () => {
    await run({ start: (boot) => boot.connect('postgres', () => Promise.reject(new Error('away'))) });
    await until(() => log.lines.some((line) => line.dependency === 'postgres'));
    await running!.stop();
    await running!.ready;
    expect(exits).toEqual([]);
  });

  it('that is stopped while it starts does not begin to serve', async () => {
    let begin = () => {};
    const starting = new Promise<void>((resolve) => (begin = resolve));
    await run({ start: async () => (await starting, { app: await app() }) });
    const stopped = running!.stop();
    begin();
    await stopped;
    await running!.ready;
    expect(log.lines.some((line) => line.message === 'ready')).toBe(false);
  });

  it('says clearly that its port is taken, and ends with 1', async () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(run({ port })).rejects.toThrow(`profile: port ${port} on 127.0.0.1 is taken`);
    expect(write).toHaveBeenCalledWith(`profile: port ${port} on 127.0.0.1 is taken\n`);
    await expect(run({ host: '203.0.113.1' })).rejects.toThrow('EADDRNOTAVAIL');
    expect(exits).toEqual([1, 1]);
    write.mockRestore();
    other.close();
  });

  it('shows its metrics on a port of their own', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const metricsPort = (free.address() as AddressInfo).port;
    await new Promise((resolve) => free.close(resolve));
    await run({ metricsPort });
    const answer = await request(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(await answer.body.text()).toContain('annals_process_resident_bytes');
    await running!.stop();
    await expect(request(`http://127.0.0.1:${metricsPort}/metrics`)).rejects.toThrow();
  });
});
