import { type Consumer } from 'kafkajs';
import { type Assignment, type SubscribeOptions } from '../bus.js';

interface Assigned extends Assignment {
  abort: AbortController;
  attempt: number;
  positioned?: Promise<void>;
}

/** The partitions of one consumer, from one join of the group to the next. */
export interface Assignments {
  /** The group was (re)joined: everything before is over, the new partitions are asked for their position. */
  replace(memberAssignment: Record<string, number[]>): void;
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
): Assignments {
  const { group: groupId, from, position } = options;
  let assigned = new Map<string, Assigned>();
  const abortAll = () => assigned.forEach((entry) => entry.abort.abort());

  async function seek({ topic, partition }: Assignment): Promise<void> {
    const wanted = (await position?.({ topic, partition })) ?? null;
    const start = wanted ?? (from === 'latest' ? await latest({ topic, partition }) : null);
    if (start === null) return;
    consumer.seek({ topic, partition, offset: start.toString() });
    // "Latest" is where the group first looked: not committed, a restart would look again and miss what came between.
    if (wanted === null) await consumer.commitOffsets([{ topic, partition, offset: start.toString() }]);
  }

  const positioned = (entry: Assigned) => {
    entry.positioned ??= seek(entry).catch((error: unknown) => {
      entry.positioned = undefined;
      throw error;
    });
    return entry.positioned;
  };

  return {
    replace(memberAssignment) {
      abortAll();
      assigned = new Map(
        Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => {
            const entry: Assigned = { topic, partition, attempt: 1, abort: new AbortController() };
            return [`${groupId}/${topic}/${partition}`, entry] as const;
          }),
        ),
      );
      // A failure is seen, and tried again, by the first batch.
      for (const entry of assigned.values()) positioned(entry).catch(() => undefined);
    },
    find: (topic, partition) => assigned.get(`${groupId}/${topic}/${partition}`),
    positioned,
    list: () => [...assigned.values()].map(({ topic, partition }) => ({ topic, partition })),
    abortAll,
  };
}
