import { tombstoneRevision } from '../log/event.js';

/** Sizes and bytes of protocol buffer fields. Only what the event encoder needs; field numbers up to 15, so that a tag is one byte. */
const varintType = 0;
const bytesType = 2;

export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

export const bytesSize = (length: number): number => 1 + varintSize(length) + length;
/** A zero is not written at all. */
export const numberSize = (value: number): number => (value === 0 ? 0 : 1 + wireNumberSize(value));

const tombstoneBytes = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
const wireNumberSize = (value: number) => (value === tombstoneRevision ? tombstoneBytes.length : varintSize(value));

/** Writes fields one after the other into a buffer of exactly the right size. */
export interface FieldWriter {
  /** Tag and length of a field whose content follows. */
  open(field: number, length: number): void;
  bytes(field: number, content: Uint8Array): void;
  /** Text whose encoded length the caller knows. */
  text(field: number, content: string, length: number): void;
  number(field: number, value: number): void;
  raw(content: Uint8Array): void;
}

export function fieldWriter(buffer: Buffer): FieldWriter {
  let at = 0;
  const varint = (value: number) => {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80;
    buffer[at++] = rest;
  };
  const raw = (content: Uint8Array) => {
    buffer.set(content, at);
    at += content.length;
  };
  const open = (field: number, length: number) => {
    buffer[at++] = (field << 3) | bytesType;
    varint(length);
  };
  return {
    open,
    raw,
    bytes: (field, content) => {
      open(field, content.length);
      raw(content);
    },
    text: (field, content, length) => {
      open(field, length);
      at += buffer.write(content, at, 'utf8');
    },
    number: (field, value) => {
      if (value === 0) return;
      buffer[at++] = (field << 3) | varintType;
      if (value === tombstoneRevision) raw(tombstoneBytes);
      else varint(value);
    },
  };
}
