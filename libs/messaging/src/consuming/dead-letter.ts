import { type Bus, type InMsg, type OutMsg } from '../bus.js';
import { maxMessageBytes, messageBytes } from '../message.js';

export interface DeadLetter {
  message: InMsg;
  /** A stable code, or the message of the handler's error. */
  reason: string;
}

export type SendDeadLetters = (topic: string, letters: readonly DeadLetter[]) => Promise<void>;

export const deadLetterTopic = (topic: string, group: string) => `${topic}.${group}.dlq`;

const longestReason = 500;

/** Sends to `<topic>.<group>.dlq`, which it makes when first needed; durable when it resolves. */
export function createDeadLetters(bus: Bus, group: string): SendDeadLetters {
  const made = new Map<string, Promise<void>>();
  return async (topic, letters) => {
    if (letters.length === 0) return;
    const target = deadLetterTopic(topic, group);
    const ready = made.get(target) ?? bus.ensureTopics([{ topic: target, partitions: 1 }]);
    made.set(target, ready);
    await ready.catch((error: unknown) => {
      made.delete(target);
      throw error;
    });
    await bus.publish(
      target,
      letters.map((letter) => plainLetter(group, letter)),
    );
  };
}

/** The message as it came, with its place and the reason beside it, made fit to travel whoever wrote it. */
export function plainLetter(group: string, { message, reason }: DeadLetter): OutMsg {
  const headers = {
    ...Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [plainName(name), plainText(value)])),
    'x-dead-letter-reason': plainText(reason).slice(0, longestReason),
    'x-dead-letter-group': group,
    'x-dead-letter-topic': message.topic,
    'x-dead-letter-partition': String(message.partition),
    'x-dead-letter-offset': String(message.offset),
  };
  const { time } = message;
  const letter: OutMsg = {
    key: plainText(message.key) || 'no-key',
    id: plainText(message.id) || `${message.topic}/${message.partition}/${message.offset}`,
    type: plainText(message.type) || 'unknown',
    headers,
    value: message.value,
    ...(time === undefined ? {} : { time }),
  };
  if (messageBytes(letter) <= maxMessageBytes) return letter;
  return { ...letter, value: new Uint8Array(), headers: { ...headers, 'x-dead-letter-truncated': 'true' } };
}

/** Encoding and back turns halves of surrogate pairs into U+FFFD. */
const plainText = (text: string) => Buffer.from(text.replaceAll('\0', '')).toString();
const plainName = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, 128) || '_';
