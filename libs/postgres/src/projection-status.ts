import type { SubscriptionStatus } from '@annals/event-store';
import type { StuckEvent } from './stuck.js';

/** How a projection is doing, in plain numbers for metrics, health and people. */
export interface ProjectionStatus {
  name: string;
  version: number;
  role: 'starting' | 'leader' | 'follower';
  /** `following`: another process does the work. `halted`: an event cannot be handled; nothing moves until that changes. */
  status: SubscriptionStatus | 'following';
  /** `commit-prepare` of the last committed batch, as known in this process. */
  position: string | null;
  /** Age of the oldest event known and not yet in the rows; 0 when there is none. */
  lag_seconds: number;
  events_handled: number;
  batches: number;
  failures: number;
  restarts: number;
  error?: string;
  stuck?: StuckEvent;
}
