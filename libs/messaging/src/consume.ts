import { type CurrentUserContext } from '@annals/contracts';
import { type Pool, type Tx } from '@annals/postgres';
import { type Bus, type InMsg, type Sub } from './bus.js';
import { type Logger } from './logger.js';
import { type MessageReader } from './message-context.js';

/** A message whose context was verified. `data` is the JSON payload. */
export interface VerifiedMessage extends InMsg {
  data: unknown;
}

export type MessageHandler = (message: VerifiedMessage, context: CurrentUserContext, tx: Tx) => Promise<void>;

export interface ConsumeOptions {
  bus: Bus;
  /** Database where the handler's effect goes; offsets and parked keys live beside it. */
  pool: Pool;
  /** `<service>.<purpose>`. */
  group: string;
  topics: readonly string[];
  reader: MessageReader;
  /** Runs in a transaction that also moves the offset, so its rows are written once. Side effects outside `tx` may repeat. */
  handle: MessageHandler;
  from?: 'earliest' | 'latest';
  /** Waits between the attempts at one message, in milliseconds; default [50, 200, 1000]. */
  retryDelaysMs?: readonly number[];
  maxBatch?: number;
  concurrency?: number;
  sessionTimeoutMs?: number;
  logger?: Logger;
}

export interface ConsumerCounts {
  handled: number;
  /** Delivered again although already handled: dropped. */
  duplicates: number;
  retried: number;
  /** Context missing, forged or of another message, or payload unreadable: dead-lettered, handler not called. */
  refused: number;
  parked: number;
}

export interface ParkedKey {
  group: string;
  topic: string;
  key: string;
  reason: string;
  messages: number;
  parked_at: Date;
}

export interface Consumer {
  readonly subscription: Sub;
  counts(): ConsumerCounts;
  /** Keys whose messages wait for somebody to look, oldest first, at most `limit` (default 100). */
  parked(limit?: number): Promise<ParkedKey[]>;
  /** Handles a parked key's messages in order; releases the key when all went well, else keeps it with the new reason. */
  retryParked(topic: string, key: string): Promise<{ handled: number; left: number }>;
  stop(graceMs?: number): Promise<void>;
}

/** Handles messages with effect and offset in one PostgreSQL transaction. */
export function consume(options: ConsumeOptions): Promise<Consumer> {
  return Promise.reject(new Error(`${options.group}: not connected`));
}
