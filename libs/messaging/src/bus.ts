/** A message to publish. Delivered in the order published among messages of the same topic and key. */
export interface OutMsg {
  /** Never empty; decides the partition (murmur2, as the Java client does), as in `account_id/aggregate_id`. */
  key: string;
  /** Stable id: a message published twice keeps it. Header `ce_id`. */
  id: string;
  /** Name of the fact or job, past tense for facts. Header `ce_type`. */
  type: string;
  /** Names in lower case; values are text without NUL. `ce_id`, `ce_type`, `ce_time` and `ce_specversion` are set by the bus. */
  headers: Record<string, string>;
  value: Uint8Array;
  /** When it happened, in milliseconds since 1970; default: now. */
  time?: number;
}

/** A delivered message. */
export interface InMsg extends OutMsg {
  topic: string;
  partition: number;
  offset: bigint;
  /** 1 on first delivery to this process, rising while the same batch is delivered again. */
  attempt: number;
}

export interface TopicSpec {
  topic: string;
  /** Never changed later: another number moves keys to other partitions and breaks their order. */
  partitions: number;
  /** For a topic that is made now; default: the broker's, a week in the embedded log. */
  retentionMs?: number;
}

export interface DeliveryContext {
  /** Aborted when the partition was taken away or the subscription stops: finish nothing more, throw. */
  signal: AbortSignal;
  /** Keeps the lease during a long batch. Rejects with `BusError` 'lease-lost' when the partition belongs to somebody else. */
  heartbeat: () => Promise<void>;
}

export interface Assignment {
  topic: string;
  partition: number;
}

export interface SubscribeOptions {
  /** `<service>.<purpose>`. All members of a group subscribe to the same topics. */
  group: string;
  topics: readonly string[];
  /** Where a group that never committed begins. */
  from: 'earliest' | 'latest';
  /** Most messages in one batch. */
  maxBatch: number;
  /** Partitions worked on at the same time by this member; default 4. */
  concurrency?: number;
  /** A member silent for this long loses its partitions; default 30 000. */
  sessionTimeoutMs?: number;
  /** Next offset the member wants for a partition just assigned; null: where the group committed. */
  position?: (assignment: Assignment) => Promise<bigint | null>;
  /** One batch of one partition, in order. Offsets move after it resolves; a throw delivers the same batch again with back-off. */
  onBatch: (batch: InMsg[], context: DeliveryContext) => Promise<void>;
}

export type SubscriptionStatus = 'joining' | 'live' | 'backing-off' | 'halted' | 'stopped';

export interface Sub {
  readonly group: string;
  status(): { status: SubscriptionStatus; assigned: Assignment[]; restarts: number; error?: string };
  /** Resolves at the first assignment; rejects when the subscription can never work (`BusError` 'subscription-mismatch'). */
  joined(): Promise<void>;
  /** Takes no new batch, waits for the running ones up to `graceMs` (default 5000), commits and leaves the group. */
  stop(graceMs?: number): Promise<void>;
}

export interface Health {
  ok: boolean;
  detail: string;
  groups: Record<string, ReturnType<Sub['status']>>;
}

/**
 * A log of topics with partitions, keys, headers and consumer groups: at least once, in order per key.
 * No transactions, no compaction, no broker-side exactly-once, so that both engines mean the same thing.
 */
export interface Bus {
  readonly kind: 'kafka' | 'postgres';
  /** Creates what is missing. Rejects with 'topic-partitions-differ' when a topic exists with another number. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /** Resolves when the batch is durable; the result has one entry per message, in the same order. */
  publish(topic: string, batch: readonly OutMsg[]): Promise<Published[]>;
  subscribe(options: SubscribeOptions): Promise<Sub>;
  /** Messages not yet committed by the group, by `topic/partition`. */
  lag(group: string): Promise<Map<string, bigint>>;
  /** Moves a group that has no member at present. Rejects with 'group-active' otherwise. */
  seek(group: string, target: Assignment & { offset: bigint }): Promise<void>;
  health(): Health;
  /** Rejects when the engine does not answer. */
  ping(): Promise<void>;
  /** Stops subscriptions, finishes accepted publishes, disconnects. May be called twice. */
  close(graceMs?: number): Promise<void>;
}

export interface Published {
  partition: number;
  offset: bigint;
}

export type BusErrorCode =
  | 'invalid-message'
  | 'unknown-topic'
  | 'topic-partitions-differ'
  | 'subscription-mismatch'
  | 'lease-lost'
  | 'group-active'
  | 'bus-full'
  | 'bus-closed'
  | 'bus-unavailable';

/** What a bus refuses or cannot do, with a stable code. */
export class BusError extends Error {
  constructor(
    readonly code: BusErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'BusError';
  }
}
