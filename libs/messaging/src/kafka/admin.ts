import { setTimeout as wait } from 'node:timers/promises';
import { AssignerProtocol, type Admin, type ITopicMetadata, type Kafka } from 'kafkajs';
import { backOff } from '../back-off.js';
import { BusError, type TopicSpec } from '../bus.js';
import { shortRetry } from './client.js';
import { toBusError } from './failure.js';

/** One administrative errand on a connection of its own. */
export async function withAdmin<T>(kafka: Kafka, doing: string, errand: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin({ retry: shortRetry });
  try {
    await admin.connect();
    return await errand(admin);
  } catch (error) {
    throw toBusError(error, doing);
  } finally {
    await admin.disconnect();
  }
}

export async function createTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = specs.filter((spec) => !existing.has(spec.topic));
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, retentionMs }) => ({
        topic,
        numPartitions: partitions,
        configEntries: retentionMs === undefined ? [] : [{ name: 'retention.ms', value: String(retentionMs) }],
      })),
    });
  }
  const topics = await metadataOf(admin, specs);
  for (const { topic, partitions } of specs) {
    const found = topics.find((metadata) => metadata.name === topic)?.partitions.length;
    if (found !== partitions) {
      throw new BusError('topic-partitions-differ', `${topic} has ${found} partitions, not ${partitions}`);
    }
  }
}

/** A topic just made is not known to every broker at once. */
async function metadataOf(admin: Admin, specs: readonly TopicSpec[]): Promise<ITopicMetadata[]> {
  for (let failures = 0; ; failures++) {
    try {
      return (await admin.fetchTopicMetadata({ topics: specs.map((spec) => spec.topic) })).topics;
    } catch (error) {
      if (failures === mostLooks) throw error;
      await wait(backOff(failures));
    }
  }
}

const mostLooks = 6;

/**
 * Messages a group has not committed, by `topic/partition`.
 * @param subscribed topics that a member in this process subscribes to: they count also before their first commit
 */
export async function groupLag(
  admin: Admin,
  group: string,
  subscribed: { topics: readonly string[]; from: 'earliest' | 'latest' } | undefined,
): Promise<Map<string, bigint>> {
  const known = await admin.fetchOffsets({ groupId: group });
  const topics = new Set([...known.map((entry) => entry.topic), ...(subscribed?.topics ?? [])]);
  const lag = new Map<string, bigint>();
  for (const topic of topics) {
    const committed = new Map(
      known.find((entry) => entry.topic === topic)?.partitions.map((entry) => [entry.partition, BigInt(entry.offset)]),
    );
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const start = subscribed?.from === 'latest' ? BigInt(high) : BigInt(low);
      const at = committed.get(partition) ?? -1n;
      lag.set(`${topic}/${partition}`, BigInt(high) - (at < 0n ? start : at < BigInt(low) ? BigInt(low) : at));
    }
  }
  return lag;
}

/** @throws BusError 'subscription-mismatch' while a live member of the group subscribes to other topics */
export async function refuseOtherTopics(admin: Admin, group: string, topics: readonly string[]): Promise<void> {
  const { groups } = await admin.describeGroups([group]);
  for (const { memberMetadata } of groups.flatMap((description) => description.members)) {
    const theirs =
      memberMetadata.length > 0 ? AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics : undefined;
    if (theirs && [...theirs].sort().join() !== [...topics].sort().join()) {
      throw new BusError(
        'subscription-mismatch',
        `group ${group} subscribes to ${theirs.join(', ')}, not ${topics.join(', ')}`,
      );
    }
  }
}

/** Moves a group that has no member. @throws BusError 'group-active' */
export async function seekGroup(
  admin: Admin,
  group: string,
  { topic, partition, offset }: { topic: string; partition: number; offset: bigint },
): Promise<void> {
  const { groups } = await admin.describeGroups([group]);
  if (groups.some((description) => description.members.length > 0)) {
    throw new BusError('group-active', `group ${group} has members; stop them first`);
  }
  await admin.setOffsets({ groupId: group, topic, partitions: [{ partition, offset: offset.toString() }] });
}
