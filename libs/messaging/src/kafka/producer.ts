import { type ICustomPartitioner, type Kafka, type Producer } from 'kafkajs';
import { type OutMsg, type Published } from '../bus.js';
import { wireHeaders } from '../message.js';
import { partitionOf } from '../partition.js';
import { shortRetry } from './client.js';
import { toBusError } from './failure.js';

export interface KafkaSender {
  send(topic: string, messages: readonly OutMsg[]): Promise<Published[]>;
  disconnect(): Promise<void>;
}

/**
 * Sends with acknowledgement by all in-sync replicas, one request in flight. The client's idempotent mode stays off:
 * it loses or locks after reconnects (tulios/kafkajs#598, #1005); consumers drop duplicates instead.
 */
export function createSender(kafka: Kafka): KafkaSender {
  const partitionCounts = new Map<string, number>();
  // Chosen here, not by the client's default, which changed between its versions.
  const createPartitioner: ICustomPartitioner =
    () =>
    ({ topic, partitionMetadata, message }) => {
      partitionCounts.set(topic, partitionMetadata.length);
      return partitionOf(String(message.key), partitionMetadata.length);
    };
  const producer = kafka.producer({
    createPartitioner,
    allowAutoTopicCreation: false,
    idempotent: false,
    maxInFlightRequests: 1,
    retry: shortRetry,
  });
  let connected: Promise<void> | undefined;

  return {
    async send(topic, messages) {
      try {
        connected ??= producer.connect();
        await connected;
      } catch (error) {
        connected = undefined;
        throw toBusError(error, 'connecting to Kafka');
      }
      return sendConnected(producer, topic, messages, partitionCounts);
    },
    async disconnect() {
      if (connected) await producer.disconnect();
    },
  };
}

async function sendConnected(
  producer: Producer,
  topic: string,
  messages: readonly OutMsg[],
  partitionCounts: ReadonlyMap<string, number>,
): Promise<Published[]> {
  const records = await producer
    .send({
      topic,
      acks: -1,
      messages: messages.map((message) => ({
        key: message.key,
        value: Buffer.from(message.value),
        headers: wireHeaders(message),
      })),
    })
    .catch((error: unknown) => {
      throw toBusError(error, `publishing to ${topic}`);
    });
  const next = new Map(records.map((record) => [record.partition, BigInt(record.baseOffset ?? -1)]));
  return messages.map((message) => {
    const partition = partitionOf(message.key, partitionCounts.get(topic)!);
    const offset = next.get(partition)!;
    next.set(partition, offset + 1n);
    return { partition, offset };
  });
}
