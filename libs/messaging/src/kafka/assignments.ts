import { setTimeout as wait } from 'node:timers/promises';
import { type Consumer } from 'kafkajs';
import { backOff } from '../back-off.js';
import { type Assignment, type SubscribeOptions } from '../bus.js';
import { type Logger } from '../logger.js';

interface Assigned extends Assignment {
  abort: AbortController;
  attempt: number;
  positioned?: Promise<void>;
  /** Where a group that begins at the end first found it. */
  start?: bigint;
}

/** The partitions of one consumer, from one join of the group to the next. */
export interface Assignments {
  /** The group was (re)joined: everything before is over, the new partitions are asked for their position. Resolves when all is told, or is over again. */
  replace(memberAssignment: Record<string, number[]>): Promise<void>;
  find(topic: string, partition: number): Assigned | undefined;
  /** Resolves when the member was asked where to begin; a batch fetched before a seek is then stale. */
  positioned(assigned: Assigned): Promise<void>;
  list(): Assignment[];
  abortAll(): void;
}

export function createAssignments(
  consumer: Consumer,
  options: SubscribeOptions,
  /** End of a partition for a group that begins there and never committed; null when it did. */
  latest: (assignment: Assignment) => Promise<bigint | null>,
  logger: Logger,
): Assignments {
  const { group: groupId, from, position } = options;
  let assigned = new Map<string, Assigned>();
  const abortAll = () => assigned.forEach((entry) => entry.abort.abort());

  async function seek(entry: Assigned): Promise<void> {
    const { topic, partition } = entry;
    const wanted = (await position?.({ topic, partition })) ?? null;
    if (wanted !== null) consumer.seek({ topic, partition, offset: wanted.toString() });
    if (wanted !== null || from === 'earliest') return;
    // "Latest" is where the group first looked: not committed, a restart would look again and miss what came between.
    const uncommitted = await latest(entry);
    if (uncommitted === null) return;
    entry.start ??= uncommitted;
    const offset = entry.start.toString();
    consumer.seek({ topic, partition, offset });
    await consumer.commitOffsets([{ topic, partition, offset }]);
    // Right after a join the client drops commits without a word.
    if ((await latest(entry)) !== null) throw new Error(`the start of ${topic}/${partition} is not committed yet`);
  }

  async function settle(entry: Assigned): Promise<void> {
    for (let failures = 0; !entry.abort.signal.aborted; failures++) {
      const done = await positioned(entry).then(
        () => true,
        (error: unknown) => {
          logger.warn({ group: groupId, topic: entry.topic, partition: entry.partition, error }, 'no position yet');
          return false;
        },
      );
      if (done) return;
      await wait(backOff(failures), undefined, { ref: false });
    }
  }

  const positioned = (entry: Assigned) => {
    entry.positioned ??= seek(entry).catch((error: unknown) => {
      entry.positioned = undefined;
      throw error;
    });
    return entry.positioned;
  };

  return {
    async replace(memberAssignment) {
      abortAll();
      assigned = new Map(
        Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => {
            const entry: Assigned = { topic, partition, attempt: 1, abort: new AbortController() };
            return [`${groupId}/${topic}/${partition}`, entry] as const;
          }),
        ),
      );
      await Promise.all([...assigned.values()].map(settle));
    },
    find: (topic, partition) => assigned.get(`${groupId}/${topic}/${partition}`),
    positioned,
    list: () => [...assigned.values()].map(({ topic, partition }) => ({ topic, partition })),
    abortAll,
  };
}
