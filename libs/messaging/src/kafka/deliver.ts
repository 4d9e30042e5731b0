import { type Consumer, type EachBatchPayload, type IHeaders, type KafkaMessage } from 'kafkajs';
import { backOff } from '../back-off.js';
import { BusError, type InMsg, type SubscribeOptions } from '../bus.js';
import { type Logger } from '../logger.js';
import { fromWire } from '../message.js';
import { type Assignments } from './assignments.js';
import { isExpelled } from './failure.js';

/**
 * Hands a fetched batch to the handler in pieces, commits each piece, and asks for a failed one again after a pause
 * of that partition alone. Throws only what the client itself must hear: that the group has to be joined again.
 */
export async function deliver(
  payload: EachBatchPayload,
  consumer: Consumer,
  assignments: Assignments,
  options: SubscribeOptions,
  logger: Logger,
): Promise<void> {
  const { batch } = payload;
  const { topic, partition } = batch;
  const assigned = assignments.find(topic, partition);
  if (!assigned) return;
  const { signal } = assigned.abort;
  const heartbeat = async () => {
    if (signal.aborted) throw lost(topic, partition);
    await payload.heartbeat().catch((error: unknown) => {
      // Only an expelled member has lost its partitions. A rebalance waits until this batch is done and committed;
      // a broker that is away is noticed by the commit.
      if (!isExpelled(error)) return;
      assigned.abort.abort();
      throw lost(topic, partition, error);
    });
  };
  for (let from = 0; from < batch.messages.length; from += options.maxBatch) {
    const piece = batch.messages.slice(from, from + options.maxBatch);
    try {
      await assignments.positioned(assigned);
      if (!payload.isRunning() || payload.isStale() || signal.aborted) return;
      await options.onBatch(
        piece.map((message) => toInMsg(topic, partition, message, assigned.attempt)),
        { signal, heartbeat },
      );
    } catch (error) {
      const place = { group: options.group, topic, partition, attempt: assigned.attempt, error };
      if (error instanceof BusError && error.code === 'lease-lost' && error.cause instanceof Error) throw error.cause;
      if (signal.aborted) return;
      logger.warn(place, 'a batch failed and will be delivered again');
      const resume = pause(consumer, topic, partition, piece[0]!.offset);
      setTimeout(resume, backOff(assigned.attempt++ - 1, 50)).unref();
      return;
    }
    assigned.attempt = 1;
    const last = BigInt(piece.at(-1)!.offset);
    const offset = (last + 1n).toString();
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
    payload.resolveOffset(last.toString());
    await payload.heartbeat();
  }
}

/** Fetches nothing from the partition until resumed, then from `offset` again. */
function pause(consumer: Consumer, topic: string, partition: number, offset: string): () => void {
  const partitions = [{ topic, partitions: [partition] }];
  consumer.seek({ topic, partition, offset });
  consumer.pause(partitions);
  return () => {
    // The consumer may have been replaced meanwhile; its successor starts unpaused.
    if (consumer.paused().some((entry) => entry.topic === topic)) consumer.resume(partitions);
  };
}

function toInMsg(topic: string, partition: number, message: KafkaMessage, attempt: number): InMsg {
  const place = { topic, partition, offset: BigInt(message.offset) };
  const key = message.key?.toString() ?? '';
  return fromWire(
    { ...place, key, headers: textHeaders(message.headers), value: message.value ?? new Uint8Array() },
    attempt,
  );
}

/** Headers as text; of a name that is repeated, the last. */
function textHeaders(headers: IHeaders = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value;
      return last === undefined ? [] : [[name, last.toString()]];
    }),
  );
}

const lost = (topic: string, partition: number, cause?: unknown) =>
  new BusError('lease-lost', `${topic}/${partition} was taken away`, { cause });
