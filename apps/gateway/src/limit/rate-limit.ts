import { takeFrom } from '@annals/service';
import { LRUCache } from 'lru-cache';

export interface RateLimit {
  /** Counts one request of this caller. */
  take(caller: string): RateDecision;
  readonly name: string;
  /** Value of `RateLimit-Policy`. */
  readonly policy: string;
}

export interface RateDecision {
  allowed: boolean;
  remaining: number;
  /** Seconds until one more is allowed, or until all are again; at least 1. */
  resetSeconds: number;
}

export interface RateLimitOptions {
  name: string;
  /** Requests per window; 0 switches the limit off. */
  quota: number;
  windowSeconds: number;
  /** Milliseconds, monotonic. */
  now?: () => number;
  /** Callers remembered; the least recently seen is forgotten first. */
  maxCallers?: number;
}

/**
 * Counts requests per caller (headers as in draft-ietf-httpapi-ratelimit-headers). Each gateway counts for itself: asking
 * a shared store on every request would cost more than the request.
 */
export function createRateLimit(options: RateLimitOptions): RateLimit | null {
  const { name, quota, windowSeconds, now = () => performance.now(), maxCallers = 50_000 } = options;
  if (quota === 0) return null;
  const budget = { limit: quota, windowMs: windowSeconds * 1000 };
  const callers = new LRUCache<string, number>({ max: maxCallers });
  return {
    name,
    policy: `"${name}";q=${quota};w=${windowSeconds}`,
    take(caller) {
      const { taken, wholeAt } = takeFrom(callers.get(caller), budget, now());
      callers.set(caller, wholeAt);
      const { allowed, remaining, resetMs } = taken;
      return { allowed, remaining, resetSeconds: Math.max(1, Math.ceil(resetMs / 1000)) };
    },
  };
}
