import { createMetrics } from '../metrics.js';
import { recordedLog } from '../recorded-log.js';
import { createSharedCache } from './redis.js';
import type { SharedCache } from './shared-cache.js';

/** What must work whether or not there is a Redis; the suite with a real one is redis.redis.spec.ts. */
describe.each<[string, string | undefined]>([
  ['without a Redis', undefined],
  ['with a Redis that is not there', 'redis://127.0.0.1:1'],
])('the shared cache %s', (_, url) => {
  let cache: SharedCache;
  beforeEach(() => {
    cache = createSharedCache({ url, logger: recordedLog().logger, metrics: createMetrics() });
  });
  afterEach(() => cache.close());

  it('is this process’s own', async () => {
    await cache.set('acme:context', 'value', 60_000);
    expect(await cache.get('acme:context')).toBe('value');
    await cache.delete('acme:context');
    expect(await cache.get('acme:context')).toBeUndefined();
    expect(cache.state()).toBe('local');
  });

  it('counts for itself', async () => {
    const budget = { limit: 1, windowMs: 60_000 };
    expect(await cache.take('login:ann', budget)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await cache.take('login:ann', budget)).toMatchObject({ allowed: false });
  });
});

it('a Redis that is not there is counted, not logged at each try', async () => {
  const { logger, lines } = recordedLog();
  const metrics = createMetrics();
  const cache = createSharedCache({ url: 'redis://127.0.0.1:1', logger, metrics });
  while (!/failures_total [2-9]/.test(metrics.text())) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(metrics.text()).toContain('annals_shared_cache_shared 0');
  expect(lines).toEqual([]);
  await cache.close();
});
