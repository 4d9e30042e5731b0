import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { createWaitingApp } from './create-app.js';
import { createHealth, type Lifecycle } from './health.js';
import { recordedLog } from '../recorded-log.js';
import { startTestApp } from './test-app.js';

const version = { service: 'profile', version: '1.2.3', commit: 'abc' };

function health(
  checks: Record<string, () => Promise<void>>,
  lifecycle: Lifecycle = { state: 'ready', eventStreams: new Set() },
) {
  const log = recordedLog();
  return { answer: createHealth({ version, checks, lifecycle, logger: log.logger }), lines: log.lines };
}

describe('health', () => {
  it('is answered at the root and under the base path, to anybody', async () => {
    const app = await startTestApp({
      version: { version: '1.2.3', commit: 'abc' },
      readiness: { postgres: async () => {} },
    });
    for (const prefix of ['', '/api/v1']) {
      expect(await app.call('GET', `${prefix}/health`)).toMatchObject({ status: 200, body: { status: 'ok' } });
      expect(await app.call('GET', `${prefix}/livez?x=1`)).toMatchObject({ status: 200, body: { status: 'ok' } });
      expect(await app.call('GET', `${prefix}/readyz`)).toMatchObject({
        status: 200,
        body: { status: 'ready', checks: { postgres: 'up' } },
        headers: { 'cache-control': 'no-store' },
      });
      expect((await app.call('GET', `${prefix}/version`)).body).toEqual({ ...version, node: process.versions.node });
    }
    await app.close();
  });

  it('says version 0.0.0 when nobody said another', async () => {
    const app = await startTestApp({});
    expect((await app.call('GET', '/version')).body).toMatchObject({ version: '0.0.0', commit: 'unknown' });
    await app.close();
  });
});

describe('readiness', () => {
  it('names the dependency that is down, tells the log why, and tells strangers nothing more', async () => {
    const { answer, lines } = health({
      postgres: async () => {},
      redis: () => Promise.reject(new Error('ECONNREFUSED 10.0.0.7')),
    });
    expect(await answer('/readyz')).toEqual({
      status: 503,
      body: { status: 'unready', checks: { postgres: 'up', redis: 'down' } },
    });
    expect(lines).toMatchObject([{ level: 'warn', dependency: 'redis', error: { message: 'ECONNREFUSED 10.0.0.7' } }]);
  });

  it('asks at most once a second, however often it is asked', async () => {
    const check = jest.fn(async () => {});
    const { answer } = health({ postgres: check });
    await Promise.all([answer('/readyz'), answer('/readyz'), answer('/readyz')]);
    expect(check).toHaveBeenCalledTimes(1);
  });

  describe('with time passing', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('logs each change once', async () => {
      let failure: Error | undefined = new Error('away');
      const { answer, lines } = health({
        postgres: () => (failure ? Promise.reject(failure) : Promise.resolve()),
      });
      for (const next of [new Error('away'), undefined, undefined, undefined]) {
        await answer('/readyz');
        failure = next;
        jest.advanceTimersByTime(1000);
      }
      expect(lines.map((line) => line.state)).toEqual(['down', 'up']);
    });

    it('takes a check that does not answer for down', async () => {
      const { answer, lines } = health({ postgres: () => new Promise(() => {}) });
      const pending = answer('/readyz');
      jest.advanceTimersByTime(2000);
      expect(await pending).toMatchObject({ status: 503, body: { checks: { postgres: 'down' } } });
      expect(lines[0]).toMatchObject({ error: { message: 'no answer within 2000 ms' } });
    });

    it('takes a check that fails without a reason for down', async () => {
      const { answer } = health({ postgres: jest.fn<Promise<void>, []>().mockRejectedValue(undefined) });
      expect(await answer('/readyz')).toMatchObject({ status: 503 });
    });
  });

  it('is over when the process is going away', async () => {
    const lifecycle: Lifecycle = { state: 'ready', eventStreams: new Set() };
    const { answer } = health({}, lifecycle);
    expect(await answer('/readyz')).toMatchObject({ status: 200 });
    lifecycle.state = 'draining';
    expect(await answer('/readyz')).toMatchObject({ status: 503, body: { status: 'draining' } });
  });

  it('is no business of other paths', () => {
    expect(health({}).answer('/healthy')).toBeUndefined();
  });
});

describe('while a service waits for its stores', () => {
  it('is alive, not ready, and says 503 to everything else', async () => {
    const server = createServer(createWaitingApp('profile', () => ['postgres', 'event-store']));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const get = async (path: string) => {
      const answer = await request(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
      return { status: answer.statusCode, headers: answer.headers, body: await answer.body.json() };
    };
    expect(await get('/livez')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await get('/api/v1/health')).toMatchObject({ status: 200 });
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'starting', checks: { postgres: 'down', 'event-store': 'down' } },
    });
    expect(await get('/api/v1/users/profile')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json; charset=utf-8' },
      body: { code: 'service-starting', detail: 'The profile service is starting' },
    });
    server.closeAllConnections();
    server.close();
  });

  it('belongs to the story of whoever asked, also while starting', async () => {
    const server = createServer(createWaitingApp('profile', () => []));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/users/profile`;
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const asked = { 'x-request-id': 'request-of-mine', traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const told = await request(url, { headers: asked });
    expect(told.headers).toMatchObject({ 'x-request-id': 'request-of-mine', 'x-trace-id': traceId });
    expect(await told.body.json()).toMatchObject({ request_id: 'request-of-mine', trace_id: traceId });
    const alone = await request(url);
    expect(await alone.body.json()).toMatchObject({
      request_id: alone.headers['x-request-id'],
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    server.closeAllConnections();
    server.close();
  });
});
