import { type ParkedBox, type Pool } from '@annals/postgres';
import { type Bus, type Sub } from './bus.js';
import { keyBox, letterBox } from './consuming/boxes.js';
import { createDeadLetters } from './consuming/dead-letter.js';
import { handleBatch, type ConsumerCounts, type Handling, type MessageHandler } from './consuming/handle-batch.js';
import { forgetLetters } from './consuming/letters.js';
import { nextOffset } from './consuming/offsets.js';
import { listParked, type ParkedKey } from './consuming/parked.js';
import { retryKey, type RetryResult } from './consuming/retry-parked.js';
import { verify } from './consuming/verify.js';
import { silent, type Logger } from './logger.js';
import { type MessageReader } from './message-context.js';

export { type ConsumerCounts, type MessageHandler } from './consuming/handle-batch.js';
export { type ParkedKey } from './consuming/parked.js';
export { type RetryResult } from './consuming/retry-parked.js';
export { type VerifiedMessage } from './consuming/verify.js';

export interface ConsumeOptions {
  bus: Bus;
  /** Database where the handler's effect goes; offsets and parked keys live beside it (`consumerMigrations`). */
  pool: Pool;
  /** `<service>.<purpose>`. */
  group: string;
  topics: readonly string[];
  reader: MessageReader;
  /**
   * Runs in a transaction that also moves the offset and that is set to the account of the context, so its rows are
   * written once. It may run again when that transaction fails: side effects outside `tx` may repeat.
   */
  handle: MessageHandler;
  from?: 'earliest' | 'latest';
  /** Waits before the second, third … attempt at one message, in milliseconds; default [50, 200, 1000]. */
  retryDelaysMs?: readonly number[];
  /** Messages in one transaction at most; default 100. */
  maxBatch?: number;
  concurrency?: number;
  sessionTimeoutMs?: number;
  logger?: Logger;
}

export interface Consumer {
  readonly subscription: Sub;
  counts(): ConsumerCounts;
  /** Keys whose messages wait for somebody to look, oldest first, at most `limit` (default 100). */
  parked(limit?: number): Promise<ParkedKey[]>;
  /** Handles a parked key's messages in order; releases the key when all went well, else keeps it with the new reason. */
  retryParked(topic: string, key: string): Promise<RetryResult>;
  /** The same for operators: keys that wait, and messages that no handler saw. */
  readonly keys: ParkedBox;
  readonly letters: ParkedBox;
  stop(graceMs?: number): Promise<void>;
}

/** Also where no new letter comes, which would take the old ones with it. */
const forgetEveryMs = 3_600_000;

/** Handles messages with effect and offset in one PostgreSQL transaction. Resolves at once; see `subscription.joined()`. */
export async function consume(options: ConsumeOptions): Promise<Consumer> {
  const { bus, pool, group, topics, reader, handle } = options;
  const logger = options.logger ?? silent;
  const counts: ConsumerCounts = { handled: 0, duplicates: 0, retried: 0, refused: 0, parked: 0 };
  const handling: Handling = {
    pool,
    system: bus.kind,
    group,
    handle,
    retryDelaysMs: options.retryDelaysMs ?? [50, 200, 1_000],
    sendDeadLetters: createDeadLetters(bus, group),
    counts,
    logger,
  };
  const subscription = await bus.subscribe({
    group,
    topics,
    from: options.from ?? 'earliest',
    maxBatch: options.maxBatch ?? 100,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(options.sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs: options.sessionTimeoutMs }),
    position: ({ topic, partition }) => nextOffset(pool, group, topic, partition),
    async onBatch(batch, delivery) {
      const verdicts = await Promise.all(batch.map((message) => verify(reader, message, logger)));
      await handleBatch(handling, verdicts, delivery);
    },
  });
  const forget = () =>
    void forgetLetters(pool, group).catch((error: unknown) =>
      logger.warn({ group, error }, 'old dead letters could not be removed'),
    );
  const forgetting = setInterval(forget, forgetEveryMs).unref();
  forget();
  return {
    subscription,
    counts: () => ({ ...counts }),
    parked: (limit = 100) => listParked(pool, group, limit),
    retryParked: (topic, key) => retryKey(handling, reader, topic, key),
    keys: keyBox(handling, reader),
    letters: letterBox(handling, reader),
    stop(graceMs) {
      clearInterval(forgetting);
      return subscription.stop(graceMs);
    },
  };
}
