import type { EventStore, StoredEvent } from '@annals/event-store';
import type { Pool } from './pool.js';

/** Acts on the outside world because of an event: mail, files, commands to others. */
export interface Reactor {
  name: string;
  categories: readonly string[];
  /**
   * At least once per event, in order within a stream. The same event may come again after a crash, so what a handler
   * causes needs an id derived from the event's.
   */
  on: Readonly<Record<string, (event: StoredEvent) => Promise<void>>>;
  /** False: personal fields stay sealed. */
  open?: boolean;
}

/** When a failing event is tried again. All times in milliseconds. */
export interface RetryPolicy {
  /** Tries before the event and the rest of its stream are parked. */
  triesBeforeParking: number;
  /** Wait between these tries; doubles each time. */
  firstDelayMs: number;
  /** Wait before a parked event is tried again by itself; doubles each time, up to an hour. */
  firstParkedDelayMs: number;
  /** Tries of a parked event before it waits for somebody to ask. */
  triesWhenParked: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  triesBeforeParking: 3,
  firstDelayMs: 50,
  firstParkedDelayMs: 15_000,
  triesWhenParked: 12,
};

export interface RunReactorOptions {
  reactor: Reactor;
  pool: Pool;
  store: EventStore;
  retry?: Partial<RetryPolicy>;
  /** Told when an event is parked: somebody should look. */
  onParked?: (event: StoredEvent, error: Error) => void;
  onError?: (error: Error) => void;
}

const maxParkedDelayMs = 3_600_000;

/** When a parked event is tried again by itself; null when it has been tried often enough. */
export function retryAt(policy: RetryPolicy, triesWhenParked: number, now: Date): Date | null {
  if (triesWhenParked >= policy.triesWhenParked) return null;
  return new Date(now.getTime() + Math.min(policy.firstParkedDelayMs * 2 ** triesWhenParked, maxParkedDelayMs));
}
