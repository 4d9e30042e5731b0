import { BusError, type InMsg, type OutMsg } from './bus.js';

/** Bytes of key, headers and value together. Below the broker's 1 MiB for a whole record batch. */
export const maxMessageBytes = 900_000;

const topicName = /^[a-zA-Z0-9._-]{1,249}$/;
const headerName = /^[a-z0-9_-]{1,128}$/;
const setByTheBus = ['ce_specversion', 'ce_id', 'ce_type', 'ce_time'];

/** Headers as they travel: the caller's, and those of the CloudEvents Kafka binding in binary mode (version 1.0.2, section 3.2). */
export function wireHeaders(message: OutMsg): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: message.id,
    ce_type: message.type,
    ce_time: new Date(message.time ?? Date.now()).toISOString(),
    ...message.headers,
  };
}

export interface Received {
  topic: string;
  partition: number;
  offset: bigint;
  key: string;
  headers: Record<string, string>;
  value: Uint8Array;
}

/** A delivered message. One that no bus of ours wrote has an id made of its place, and no type. */
export function fromWire(received: Received, attempt: number): InMsg {
  const { ce_specversion: _, ce_id, ce_type, ce_time, ...headers } = received.headers;
  const time = ce_time === undefined ? Number.NaN : Date.parse(ce_time);
  return {
    ...received,
    id: ce_id ?? `${received.topic}/${received.partition}/${received.offset}`,
    type: ce_type ?? '',
    headers,
    ...(Number.isNaN(time) ? {} : { time }),
    attempt,
  };
}

/**
 * Refuses what one of the engines could not carry unchanged.
 * @throws BusError 'invalid-message'
 */
export function checkMessages(topic: string, batch: readonly OutMsg[]): void {
  if (!topicName.test(topic)) throw invalid(`topic "${topic}" has a name that Kafka does not allow`);
  for (const message of batch) {
    checkText('key', message.key);
    checkText('id', message.id);
    checkText('type', message.type);
    for (const [name, value] of Object.entries(message.headers)) {
      if (!headerName.test(name)) throw invalid(`header "${name}" is not in lower case letters, digits, - and _`);
      if (setByTheBus.includes(name)) throw invalid(`header ${name} is set by the bus`);
      if (!isPlainText(value)) throw invalid(`header ${name} is not well-formed text`);
    }
    if (message.time !== undefined && !isDate(message.time)) throw invalid(`time ${message.time} is no point in time`);
    const bytes = messageBytes(message);
    if (bytes > maxMessageBytes)
      throw invalid(`message ${message.id} has ${bytes} bytes, more than ${maxMessageBytes}`);
  }
}

export function messageBytes(message: OutMsg): number {
  let bytes = message.value.byteLength + Buffer.byteLength(message.key) + 200;
  for (const [name, value] of Object.entries(message.headers)) bytes += name.length + Buffer.byteLength(value) + 8;
  return bytes;
}

function checkText(name: string, value: string): void {
  if (value === '' || !isPlainText(value)) throw invalid(`${name} must be non-empty, well-formed text without NUL`);
}

const isDate = (time: number) => !Number.isNaN(new Date(time).getTime());

function isPlainText(value: string): boolean {
  return !value.includes('\0') && Buffer.from(value).toString() === value;
}

const invalid = (reason: string) => new BusError('invalid-message', reason);
