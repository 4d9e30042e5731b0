import { type Pool } from '@annals/postgres';
import { backOff } from '../back-off.js';
import { BusError, type InMsg, type SubscribeOptions } from '../bus.js';
import { type Logger } from '../logger.js';
import { type Place } from './fetch.js';
import { commitOffset, keepLease, type Lease, type Member } from './membership.js';

/** A leased partition and what happens in it. */
export interface PartitionWork extends Place {
  lease: Lease;
  /** False until the member was asked where it wants to begin. */
  positioned: boolean;
  /** The batch at work, if any. */
  running?: Promise<void>;
  /** Last sign of life of the batch at work, in milliseconds since 1970. */
  lastSign: number;
  /** Not before this time, after a failed batch. */
  retryAt: number;
  abort: AbortController;
}

export function workOn(lease: Lease): PartitionWork {
  const { topic, partition, committed } = lease;
  const start = { next: committed, attempt: 1, positioned: false, lastSign: 0, retryAt: 0 };
  return { topic, partition, lease, ...start, abort: new AbortController() };
}

export interface Delivery {
  pool: Pool;
  member: Member;
  options: SubscribeOptions;
  logger: Logger;
}

/** Hands one batch to the handler and commits it; after a failure the same batch is due again later. Never rejects. */
export async function deliver(delivery: Delivery, work: PartitionWork, messages: InMsg[]): Promise<void> {
  const { pool, member, options, logger } = delivery;
  const { signal } = work.abort;
  let leaseKept = Date.now();
  work.lastSign = leaseKept;
  const heartbeat = async () => {
    if (signal.aborted) throw lost(work);
    work.lastSign = Date.now();
    if (work.lastSign - leaseKept < member.sessionMs / 6) return;
    leaseKept = work.lastSign;
    await keepLease(pool, member, work.lease);
  };
  try {
    await options.onBatch(messages, { signal, heartbeat });
    const next = messages.at(-1)!.offset + 1n;
    await commitOffset(pool, member, work.lease, next);
    work.next = next;
    work.attempt = 1;
  } catch (error) {
    const place = { group: member.group, topic: work.topic, partition: work.partition, attempt: work.attempt, error };
    if (signal.aborted || (error instanceof BusError && error.code === 'lease-lost')) {
      work.abort.abort();
      logger.warn(place, 'a batch was given up: its partition belongs to another member');
      return;
    }
    work.retryAt = Date.now() + backOff(work.attempt - 1, 50);
    work.attempt++;
    logger.warn(place, 'a batch failed and will be delivered again');
  }
}

const lost = ({ topic, partition }: PartitionWork) =>
  new BusError('lease-lost', `${topic}/${partition} was taken away`);
