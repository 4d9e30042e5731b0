import { createMetrics } from '../metrics.js';
import { findRedisServer, startRedisServer, type RedisServer } from '../redis-server.js';
import { createSharedCache } from './redis.js';
import type { SharedCache } from './shared-cache.js';
import { recordedLog } from '../recorded-log.js';

const executable = findRedisServer();
const withRedis = executable ? describe : describe.skip;
if (!executable) process.stderr.write('SKIPPED: the Redis suite, because no redis-server can be had\n');

const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
};

withRedis('a cache shared through Redis', () => {
  let server: RedisServer;
  const open: SharedCache[] = [];
  const cacheOf = (url = server.url, timeoutMs = 20_000) => {
    const cache = createSharedCache({
      url,
      logger: recordedLog().logger,
      metrics: createMetrics(),
      timeoutMs,
      pauseMs: 1_000,
    });
    open.push(cache);
    return cache;
  };
  const shared = async (timeoutMs?: number) => {
    const cache = cacheOf(server.url, timeoutMs);
    await until(() => cache.state() === 'shared');
    return cache;
  };

  beforeEach(async () => {
    server = await startRedisServer(executable!);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((cache) => cache.close()));
    await server.stop();
  });

  it('shows each process what another put in and took out', async () => {
    const [one, two] = [await shared(), await shared()];
    await one.set('acme:context', 'value', 60_000);
    expect(await two.get('acme:context')).toBe('value');
    await two.delete('acme:context');
    expect(await one.get('acme:context')).toBeUndefined();
  });

  it('forgets entries when their life is over', async () => {
    const cache = await shared();
    await cache.set('short', 'value', 20);
    await until(async () => (await cache.get('short')) === undefined);
  });

  it('counts a budget across processes', async () => {
    const [one, two] = [await shared(), await shared()];
    const budget = { limit: 2, windowMs: 60_000 };
    expect(await one.take('login:ann', budget)).toMatchObject({ allowed: true, remaining: 1 });
    expect(await two.take('login:ann', budget)).toMatchObject({ allowed: true, remaining: 0 });
    const refused = await one.take('login:ann', budget);
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.resetMs).toBeGreaterThan(0);
    expect(refused.resetMs).toBeLessThanOrEqual(30_000);
    expect(await one.take('login:ben', budget)).toMatchObject({ allowed: true });
  });

  it('goes on alone when Redis is killed, and together again when it is back', async () => {
    const cache = await shared();
    await cache.set('key', 'from redis', 60_000);
    const port = Number(new URL(server.url).port);
    await server.stop();
    await cache.set('key', 'my own', 60_000);
    await until(() => cache.state() === 'local');
    await cache.set('key', 'my own', 60_000);
    expect(await cache.get('key')).toBe('my own');
    expect(await cache.take('budget', { limit: 1, windowMs: 60_000 })).toMatchObject({ allowed: true });
    expect(await cache.take('budget', { limit: 1, windowMs: 60_000 })).toMatchObject({ allowed: false });
    server = await startRedisServer(executable!, port);
    await until(() => cache.state() === 'shared');
    expect(await cache.get('key')).toBeUndefined();
    await cache.set('key', 'again', 60_000);
    expect(await cache.get('key')).toBe('again');
  });

  it('is not held up by a Redis that hangs', async () => {
    const cache = await shared(200);
    server.process.kill('SIGSTOP');
    expect(await cache.get('key')).toBeUndefined();
    expect(cache.state()).toBe('local');
    await cache.set('key', 'my own', 60_000);
    server.process.kill('SIGCONT');
    await until(async () => {
      await cache.set('probe', 'x', 60_000);
      return cache.state() === 'shared' && (await cache.get('probe')) === 'x';
    });
  });

  it('starts without Redis and takes part when it comes', async () => {
    const port = Number(new URL(server.url).port);
    await server.stop();
    const cache = cacheOf(`redis://127.0.0.1:${port}`);
    await cache.set('key', 'my own', 60_000);
    expect(await cache.get('key')).toBe('my own');
    expect(cache.state()).toBe('local');
    server = await startRedisServer(executable!, port);
    await until(() => cache.state() === 'shared');
  });
});
