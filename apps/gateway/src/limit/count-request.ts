import { Problem } from '@annals/contracts';
import type { RateLimit } from './rate-limit.js';

/**
 * Counts a request. What is left is said to whoever it is counted for, always when nothing is.
 * @throws Problem 429 `rate-limited`
 */
export function countRequest(rate: RateLimit | null, caller: string, said: { own: string[]; show: boolean }): void {
  if (!rate) return;
  const { allowed, remaining, resetSeconds } = rate.take(caller);
  if (said.show || !allowed) {
    said.own.push('ratelimit-policy', rate.policy, 'ratelimit', `"${rate.name}";r=${remaining};t=${resetSeconds}`);
  }
  if (allowed) return;
  throw new Problem(429, 'rate-limited', `Too many requests: wait ${resetSeconds} s`, {
    headers: { 'retry-after': String(resetSeconds) },
  });
}
