import { ApiProblem } from './api-problem.js';

export interface RetryPolicy {
  /** Tries after the first one; 3 unless said. */
  retries: number;
  /** Longest wait before one try, in milliseconds; a server that asks for more is not waited for. 5,000 unless said. */
  maxWaitMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { retries: 3, maxWaitMs: 5_000 };

/**
 * How long to wait before the same call again; null when it is not to be repeated.
 * @param repeatable whether a second arrival has no second effect: reads, and writes with an idempotency key.
 */
export function retryDelay(
  error: unknown,
  attempt: number,
  repeatable: boolean,
  policy: RetryPolicy,
  random = Math.random,
): number | null {
  if (attempt >= policy.retries) return null;
  const backOff = Math.min(policy.maxWaitMs, 100 * 2 ** attempt) * (0.5 + random() / 2);
  if (!(error instanceof ApiProblem)) return isNetworkFailure(error) && repeatable ? backOff : null;
  const wasRefusedUnread = error.status === 429 || error.code === 'projection-behind';
  if (!wasRefusedUnread && !(error.status === 503 && repeatable)) return null;
  if (error.retryAfter === null) return backOff;
  const asked = error.retryAfter * 1000;
  return asked > policy.maxWaitMs ? null : Math.max(asked, backOff);
}

/** `fetch` reports every failure to reach the server as a TypeError; by name, because it may come from another realm. */
const isNetworkFailure = (error: unknown): boolean => (error as { name?: unknown } | null)?.name === 'TypeError';

/** Waits, unless the caller gives up first. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
