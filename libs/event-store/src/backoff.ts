import { setTimeout as wait } from 'node:timers/promises';

export interface Backoff {
  /** Milliseconds before the first retry. */
  first: number;
  /** Milliseconds that no wait exceeds. */
  cap: number;
}

/** Wait before a retry: doubles from try to try, is capped, and is spread by half so that many do not come at once. */
export function backoffMs({ first, cap }: Backoff, failures: number, random: () => number = Math.random): number {
  const full = Math.min(cap, first * 2 ** Math.max(0, failures - 1));
  return full * (0.5 + random() / 2);
}

/** Waits, or returns early when the signal is raised. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
