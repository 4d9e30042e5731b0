import type { DomainEvent, EventContract } from '@annals/contracts';
import type { Aggregate, Command, Loaded, Outcome } from './aggregate.js';
import type { Effects } from './effects.js';

import type { Position } from './position.js';
import type { Sealed } from './sealing.js';
import type { StoredEvent } from './stored-event.js';
import type { SubjectKeys } from './subject-keys.js';
import type { SubscribeOptions, Subscription } from './subscription.js';

export interface EventStoreOptions {
  /** `esdb://host:port?tls=false` and the like. */
  url: string;
  /** Every event this process writes or folds. */
  events: readonly EventContract[];
  keys: SubjectKeys;
  /** How long one try of an append may take before its outcome counts as unknown; 2,000 unless said. */
  appendTimeoutMs?: number;
  /** How long a read may stay without any progress; 3,000 unless said. */
  readTimeoutMs?: number;
  /** How many folded events and command ids the process keeps in memory, in total; 200,000 unless said. */
  foldCacheSize?: number;
  /** False while nobody can tell whose data is to be forgotten: nothing folded is kept then. True unless said. */
  mayKeepFolds?: () => boolean;
}

export interface ReadStreamOptions {
  /** First revision, inclusive; the end when reading backwards. */
  from?: bigint;
  /** Last revision, inclusive. */
  to?: bigint;
  backwards?: boolean;
  limit?: number;
  /** Open personal fields; true unless said. */
  open?: boolean;
}

export interface ReadAllOptions {
  /** Forwards inclusive, backwards exclusive, as the store itself has it. */
  from?: Position;
  backwards?: boolean;
  limit?: number;
  open?: boolean;
}

/** Where a personal value was found, for readers that keep ciphertext. */
export interface SealedField {
  stream: string;
  event_id: string;
  /** Property names and indexes joined by dots, as in `emergency_contact.phone`. */
  path: string;
  subject: string;
  value: Sealed;
}

/**
 * The one way to the truth. Everything it throws for a reason outside the program is a Problem; while the store is
 * away that is 503 `event-store-unavailable` after a bounded wait, and it recovers by itself.
 */
export interface EventStore {
  /** Events of one stream; none when it does not exist. System streams and events are readable too. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<StoredEvent>;
  /** Everything in order, for tools. System events are left out. */
  readAll(options?: ReadAllOptions): AsyncIterable<StoredEvent>;
  /** Present state: the cached fold and whatever was written since. Never stale. */
  load<S>(aggregate: Aggregate<S>, id: string): Promise<Loaded<S>>;
  /**
   * The one way to write: fold, decide, append at the exact revision.
   * @throws Problem 412 `stale-revision`, 409 `concurrent-change`, 422 `idempotency-key-reused`, 410 `subject-erased`,
   *   413 `event-too-large`, 503 `event-store-unavailable`, or whatever `decide` refuses with
   */
  execute<S, E extends DomainEvent>(aggregate: Aggregate<S>, id: string, command: Command<S, E>): Promise<Outcome<S>>;
  /** Which requests have changed anything: `execute` notes each command that is in its stream. */
  effects: Effects;
  /** Follows categories from a checkpoint on, for ever, through drops. */
  subscribe(options: SubscribeOptions): Subscription;
  /** Opens an event that was read with `open: false`. */
  open(event: StoredEvent): Promise<StoredEvent>;
  /** Opens one kept value. @throws Problem 500 `sealed-value-invalid` when it was not sealed in that very place */
  openField(field: SealedField): Promise<unknown>;
  /**
   * Closes a stream for good: it reads as 410 `stream-deleted`, and the store's next scavenge takes its events. Again is
   * nothing. @throws Problem 503 `event-store-unavailable`
   */
  removeStream(stream: string): Promise<void>;
  /** Drops what is held in memory about a subject, in all accounts, or about everybody for null: part of an erasure. */
  forget(subject: string | null): void;
  /** @throws Problem 503 `event-store-unavailable` */
  ping(): Promise<void>;
  /** Stops its subscriptions and closes the connection. */
  close(): Promise<void>;
}
