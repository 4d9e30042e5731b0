import { randomUUID } from 'node:crypto';
import { type Consumer, Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import type { Needle } from '../needles.js';
import type { Report } from '../report.js';
import { formsIn } from '../search.js';

/** Every message of every topic that is still kept: key, headers and value. */
export async function scanKafka(brokers: readonly string[], needles: readonly Needle[], report: Report): Promise<void> {
  const kafka = new Kafka({ clientId: 'annals-erasure-scan', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const groupId = `annals-erasure-scan-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId });
  try {
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic !== '__consumer_offsets');
    const left = new Map<string, bigint>();
    for (const topic of topics) {
      report.looked(`Kafka ${topic}`, 0);
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        if (BigInt(high) > BigInt(low)) left.set(`${topic}/${partition}`, BigInt(high));
      }
    }
    if (left.size > 0) await readAll(consumer, topics, left, needles, report);
  } catch (error) {
    report.blind('Kafka', error);
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}

/** Resolves when every partition was read to where it ended at the beginning. */
async function readAll(
  consumer: Consumer,
  topics: string[],
  left: Map<string, bigint>,
  needles: readonly Needle[],
  report: Report,
): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    // What passes, as a coordinator that is still loading, the client tries again by itself.
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const message of batch.messages) {
            const bytes = bytesOf(message);
            report.looked(`Kafka ${batch.topic}`, bytes.length);
            const forms = formsIn(needles, bytes);
            if (forms.length > 0) report.found(`Kafka ${batch.topic}`, forms);
          }
          const place = `${batch.topic}/${batch.partition}`;
          // Offsets may have holes: the end of the batch counts, not how many messages there were.
          if (BigInt(batch.lastOffset()) + 1n >= (left.get(place) ?? 0n)) left.delete(place);
          if (left.size === 0) resolve();
        },
      })
      .catch(reject);
  });
}

function bytesOf({ key, value, headers = {} }: KafkaMessage): Buffer {
  const texts = Object.entries(headers).flatMap(([name, header]) => [name, ...[header ?? []].flat()]);
  return Buffer.concat([...texts, key ?? '', value ?? ''].map((part) => Buffer.from(part as string)));
}
