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
  /** Seconds until the window begins anew, at least 1. */
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
 * Counts requests per caller in windows that begin with a caller's first request
 * (headers as in draft-ietf-httpapi-ratelimit-headers).
 */
export function createRateLimit(options: RateLimitOptions): RateLimit | null {
  const { name, quota, windowSeconds, now = () => performance.now(), maxCallers = 50_000 } = options;
  if (quota === 0) return null;
  const callers = new LRUCache<string, { count: number; endsAt: number }>({ max: maxCallers });
  return {
    name,
    policy: `"${name}";q=${quota};w=${windowSeconds}`,
    take(caller) {
      const at = now();
      let window = callers.get(caller);
      if (!window || window.endsAt <= at) {
        window = { count: 0, endsAt: at + windowSeconds * 1000 };
        callers.set(caller, window);
      }
      window.count += 1;
      return {
        allowed: window.count <= quota,
        remaining: Math.max(0, quota - window.count),
        resetSeconds: Math.max(1, Math.ceil((window.endsAt - at) / 1000)),
      };
    },
  };
}
