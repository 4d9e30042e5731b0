import { type RecordedEvent } from './event.js';
import { type StreamState } from './stream-state.js';

export type Direction = 'forwards' | 'backwards';

/** What a store tells while it is open. */
export interface StoreWatch {
  /** Another process writes this store; opening goes on when that one ends. */
  waiting(): void;
  /** The right to write was lost while nothing was being written. */
  lost(cause: unknown): void;
}

/** Where events rest. The engine decides; a store only keeps, orders and finds. Every method rejects while the store cannot be reached. */
export interface Store {
  /**
   * Becomes the only writer and answers the last position ever given out (0 for an empty log).
   * Called again after any failed append, and must not return before the outcome of that append is settled.
   */
  open(watch: StoreWatch): Promise<number>;
  /** Makes all events durable, or none. They arrive in log order. */
  append(events: readonly RecordedEvent[]): Promise<void>;
  /** One page of a stream, `from` included in both directions. */
  readStream(stream: string, from: number, direction: Direction, limit: number): Promise<RecordedEvent[]>;
  /** One page of the whole log: forwards from `from` on, backwards strictly before it. */
  readAll(from: number, direction: Direction, limit: number): Promise<RecordedEvent[]>;
  /** States by original stream name; a stream that was never written may be missing. */
  states(streams: readonly string[]): Promise<Map<string, StreamState>>;
  /** Removes a stream's events below `revision` that were created before `olderThan`; answers how many went. */
  truncate(stream: string, revision: number, olderThan: number): Promise<number>;
  /** Every stream that has been written, page by page in name order; for scavenging. */
  streamsAfter(name: string, limit: number): Promise<string[]>;
  close(): Promise<void>;
}
