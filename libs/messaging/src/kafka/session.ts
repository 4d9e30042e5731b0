import { setTimeout as wait } from 'node:timers/promises';
import { type Admin, type Kafka } from 'kafkajs';
import { type Assignment, type SubscribeOptions } from '../bus.js';
import { type Logger } from '../logger.js';
import { refuseOtherTopics, withAdmin } from './admin.js';
import { createAssignments } from './assignments.js';
import { shortRetry } from './client.js';
import { deliver } from './deliver.js';

/** No fetch came back for this long although no batch is at work: the client is wedged. */
const stalledAfterMs = 30_000;
const afterAbortMs = 1_000;

/** One life of a consumer: from its join to its end. What follows an end is decided by the supervisor. */
export interface Session {
  /** Resolves with the reason when the consumer ended by itself. */
  ended: Promise<Error>;
  assigned(): Assignment[];
  /** Lets running batches finish for up to `graceMs`, then aborts them, leaves the group and disconnects. */
  close(graceMs: number): Promise<void>;
}

/** @throws when the broker cannot be reached, a topic is missing or the group subscribes to other topics */
export async function openSession(
  kafka: Kafka,
  options: SubscribeOptions,
  logger: Logger,
  onJoin: () => void,
): Promise<Session> {
  const { group: groupId, topics, from } = options;
  const sessionTimeout = options.sessionTimeoutMs ?? 30_000;
  await withAdmin(kafka, `looking at group ${groupId}`, (admin) => refuseOtherTopics(admin, groupId, topics));
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout,
    heartbeatInterval: Math.floor(sessionTimeout / 10),
    rebalanceTimeout: Math.max(60_000, sessionTimeout),
    allowAutoTopicCreation: false,
    // Waiting for more bytes stalls the tail (tulios/kafkajs#242).
    minBytes: 1,
    maxWaitTimeInMs: 250,
    // The client's own restarts go on for ever behind a healthy-looking process: a crash ends the session instead.
    retry: { ...shortRetry, restartOnFailure: async () => false },
  });
  const latest = (assignment: Assignment) =>
    withAdmin(kafka, `looking for the end of ${assignment.topic}`, (admin) => endOf(admin, groupId, assignment));
  const assignments = createAssignments(consumer, options, latest, logger);
  let lastFetch = Date.now();
  let working = 0;
  let joins = 0;
  let end: (reason: Error) => void;
  const ended = new Promise<Error>((resolve) => {
    end = resolve;
  });
  consumer.on(consumer.events.FETCH, () => {
    lastFetch = Date.now();
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // Joined means that the place to begin is settled: whoever waited may publish, or stop, without a gap.
    joins++;
    const join = joins;
    void assignments.replace(payload.memberAssignment).then(() => {
      if (join === joins) onJoin();
    });
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error));
  const watchdog = setInterval(() => {
    if (working === 0 && Date.now() - lastFetch > stalledAfterMs) end(new Error('the Kafka consumer stopped fetching'));
  }, stalledAfterMs / 6).unref();

  const disconnect = async () => {
    clearInterval(watchdog);
    await consumer.disconnect();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: from === 'earliest' });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.concurrency ?? 4,
      eachBatch: async (payload) => {
        working++;
        try {
          await deliver(payload, consumer, assignments, options, logger);
        } finally {
          working--;
          lastFetch = Date.now();
        }
      },
    });
  } catch (error) {
    await disconnect();
    throw error;
  }
  return {
    ended,
    assigned: () => assignments.list(),
    async close(graceMs) {
      const closed = disconnect().catch((error: unknown) =>
        logger.warn({ error }, 'a Kafka consumer did not close cleanly'),
      );
      await Promise.race([closed, wait(graceMs, undefined, { ref: false })]);
      assignments.abortAll();
      await Promise.race([closed, wait(afterAbortMs, undefined, { ref: false })]);
    },
  };
}

/** End of a partition, or null when the group has committed an offset there. */
async function endOf(admin: Admin, groupId: string, { topic, partition }: Assignment): Promise<bigint | null> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const known = committed?.partitions.find((entry) => entry.partition === partition);
  if (known && BigInt(known.offset) >= 0n) return null;
  const end = (await admin.fetchTopicOffsets(topic)).find((entry) => entry.partition === partition);
  return BigInt(end?.high ?? 0);
}
