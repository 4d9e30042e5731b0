import { LRUCache } from 'lru-cache';
import { takeFrom } from './rate-limit.js';
import type { SharedCache } from './shared-cache.js';

/** The cache of one process: the newest `max` entries. */
export function createLocalCache(max = 10_000, now: () => number = Date.now): SharedCache & { clear(): void } {
  const entries = new LRUCache<string, { value: string; until: number }>({ max });
  const budgets = new LRUCache<string, number>({ max });

  return {
    async get(key) {
      const entry = entries.get(key);
      return entry && entry.until > now() ? entry.value : undefined;
    },
    async set(key, value, ttlMs) {
      entries.set(key, { value, until: now() + ttlMs });
    },
    async delete(key) {
      entries.delete(key);
    },
    async take(key, budget) {
      const { taken, wholeAt } = takeFrom(budgets.get(key), budget, now());
      budgets.set(key, wholeAt);
      return taken;
    },
    state: () => 'local',
    close: () => Promise.resolve(),
    clear: () => entries.clear(),
  };
}
