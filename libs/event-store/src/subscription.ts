import type { Position } from './position.js';
import type { StoredEvent } from './stored-event.js';

/**
 * `halted`: the same place failed many times in a row; it is tried again now and then, and never skipped.
 * `backing-off`: dropped or failed, waiting before the next try.
 */
export type SubscriptionStatus = 'connecting' | 'catching-up' | 'live' | 'backing-off' | 'halted' | 'stopped';

export interface SubscriptionState {
  status: SubscriptionStatus;
  /** Everything up to here was handled or is of no concern; at first the stored checkpoint. */
  position: Position | null;
  /** The last failure, until a batch is handled again. */
  error?: Error;
  events_handled: number;
  /** How often it had to connect again. */
  restarts: number;
}

export interface Batch {
  /** In `$all` order; empty when only the place moved on. */
  events: StoredEvent[];
  /** Everything up to here is in this batch or an earlier one: store it together with the effect. */
  checkpoint: Position;
}

export interface SubscribeOptions {
  name: string;
  /** Streams of these categories. */
  categories: readonly string[];
  /** Only these event types; the checkpoint moves past the others. */
  types?: readonly string[];
  /** The stored checkpoint, null for the beginning. Asked again after every drop. */
  from(): Promise<Position | null>;
  /**
   * At most 500 events, while catching up as many unless said; 5 ms of waiting for more while catching up, 10 ms while
   * live events come thick, unless said.
   */
  batch?: { maxEvents?: number; catchUpEvents?: number; maxDelayMs?: number; busyDelayMs?: number };
  /**
   * Hand a place on without events once a second at most, also when events of other types lie before it: for those
   * whose checkpoint nobody waits for.
   */
  lazyCheckpoint?: boolean;
  /** Open personal fields; true unless said. */
  open?: boolean;
  /** Awaited, one at a time. A throw is tried again, after a wait, from the stored checkpoint. */
  handle(batch: Batch): Promise<void>;
  onState?(state: SubscriptionState): void;
  /** No sign of life for this long while events wait: connect again. 10,000 unless said. */
  watchdogMs?: number;
  signal?: AbortSignal;
}

export interface Subscription {
  readonly name: string;
  state(): SubscriptionState;
  /** Resolves once everything that was there when asked has been handled; rejects when stopped before. */
  caughtUp(): Promise<void>;
  /** Resolves when the running handler, if any, has ended. */
  stop(): Promise<void>;
}
