import { Redis } from 'ioredis';
import type { Logger } from '../log.js';
import { processMetrics, type Metrics } from '../metrics.js';
import { createLocalCache } from './local-cache.js';
import { takeScript, type Taken } from './rate-limit.js';
import type { SharedCache } from './shared-cache.js';

export interface SharedCacheOptions {
  /** As in REDIS_URL; without it the cache is local. */
  url?: string;
  logger: Logger;
  metrics?: Metrics;
  /** Longest wait for an answer of Redis in milliseconds; 100 unless said. */
  timeoutMs?: number;
  /** After a failure Redis is left alone this long, in milliseconds; 1,000 unless said. */
  pauseMs?: number;
}

type WithTake = Redis & { annalsTake(key: string, limit: number, windowMs: number): Promise<[number, number, number]> };

/**
 * Shared through Redis when there is one. It is never waited for at start; when it dies or hangs, calls are answered
 * from the process's own cache at once, and it is used again when it is back.
 */
export function createSharedCache(options: SharedCacheOptions): SharedCache {
  const { url, logger, metrics = processMetrics, timeoutMs = 100, pauseMs = 1000 } = options;
  const local = createLocalCache();
  if (!url) return local;

  const failures = metrics.counter('annals_shared_cache_failures_total', 'Calls that Redis did not answer');
  metrics.gauge('annals_shared_cache_shared', '1 while Redis answers', [], (gauge) =>
    gauge.set(state() === 'shared' ? 1 : 0),
  );
  let pausedUntil = 0;
  let last: 'shared' | 'local' = 'local';
  const redis = new Redis(url, {
    keyPrefix: 'annals:',
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(2000, 50 * 2 ** Math.min(attempt, 6)),
    scripts: { annalsTake: { lua: takeScript, numberOfKeys: 1 } },
  }) as WithTake;
  redis.on('ready', () => {
    pausedUntil = 0;
    changed();
  });
  redis.on('close', changed);
  // Each failed try to connect comes here; the change itself is logged once, above.
  redis.on('error', () => failures.add(1));

  return {
    get: (key) =>
      tryShared(
        async () => (await redis.get(key)) ?? undefined,
        () => local.get(key),
      ),
    set: (key, value, ttlMs) =>
      tryShared(
        async () => void (await redis.set(key, value, 'PX', Math.max(1, Math.round(ttlMs)))),
        () => local.set(key, value, ttlMs),
      ),
    delete: (key) =>
      tryShared(
        async () => void (await redis.del(key)),
        () => local.delete(key),
      ),
    take: (key, budget) =>
      tryShared(
        async (): Promise<Taken> => {
          const [allowed, remaining, resetMs] = await redis.annalsTake(`take:${key}`, budget.limit, budget.windowMs);
          return { allowed: allowed === 1, remaining, resetMs };
        },
        () => local.take(key, budget),
      ),
    state,
    async close() {
      redis.disconnect();
    },
  };

  function state(): 'shared' | 'local' {
    return redis.status === 'ready' && Date.now() >= pausedUntil ? 'shared' : 'local';
  }

  async function tryShared<T>(shared: () => Promise<T>, own: () => Promise<T>): Promise<T> {
    if (state() === 'local') return own();
    try {
      return await shared();
    } catch (error) {
      failures.add(1);
      pausedUntil = Date.now() + pauseMs;
      changed(error);
      return own();
    }
  }

  /** What others deleted while a process was on its own it could not see: each change starts with an empty own cache. */
  function changed(error?: unknown): void {
    const present = state();
    if (present === last) return;
    last = present;
    local.clear();
    if (present === 'shared') logger.info({ dependency: 'redis', state: present }, 'the cache is shared');
    else logger.warn({ dependency: 'redis', state: present, error }, 'the cache is this process alone');
  }
}
