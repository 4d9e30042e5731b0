import type { Readable } from 'node:stream';

/**
 * Where bytes are kept that are too large for events and rows: pictures, evidence, documents. Names are made by us of
 * ids and hashes, `kind/account/…` first; nothing a client writes becomes part of one. An object's name is never the
 * beginning of another's (`exports/a` beside `exports/a/b`).
 *
 * Whatever a call does not say itself, it throws Problem 503 `object-store-unavailable` while the store is away; the
 * same call can be made again.
 */
export interface Objects {
  /**
   * Puts the whole object in place at once, over one of the same name: a reader sees all of it or none. Durable when it
   * resolves. A stream is taken with flat memory; one that fails or is cut off leaves nothing, and its own error comes
   * back. When the store fails, the stream is destroyed.
   */
  put(name: string, content: Buffer | Readable): Promise<void>;
  /**
   * The whole object in memory.
   * @param maxBytes refuses larger ones, 16 MiB unless said
   * @throws ObjectNotFound, ObjectTooLarge
   */
  get(name: string, maxBytes?: number): Promise<Buffer>;
  /**
   * The object as a stream, with flat memory. Errors come through the stream: ObjectNotFound before the first byte.
   * Destroying the stream lets the store go at once.
   */
  read(name: string, range?: ByteRange): Readable;
  /** Size of an object; undefined when there is none. */
  find(name: string): Promise<{ bytes: number } | undefined>;
  exists(name: string): Promise<boolean>;
  /** Removing what is not there is no error: a repeated removal has nothing to do. */
  remove(name: string): Promise<void>;
  /** Names of all objects below a prefix of whole segments, in no promised order: `avatars/a` has nothing of `avatars/ab`. */
  list(prefix: string): AsyncIterable<string>;
  /**
   * Removes all objects below a prefix, and what unfinished puts have stored below it. Repeating it after a crash does the
   * rest. What is put meanwhile may stay: whoever erases stops the writers first.
   */
  removeAll(prefix: string): Promise<void>;
  /** Removes what puts that began before a moment and never ended have left. Nobody could see it; it only takes space. */
  removeUnfinished(before: Date): Promise<void>;
  /** Resolves when the store can do its job, within two seconds or not at all. */
  ping(): Promise<void>;
  /** Lets connections go. */
  close(): void;
}

/** First and last byte, both included, counted from 0. What lies beyond the end is left out. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Largest object that `get` takes into memory unless told: 16 MiB, in bytes. */
export const largestInMemory = 16_777_216;

const segments = '[a-z]+(/[a-z0-9][a-z0-9-]{0,99})';
const nameShape = new RegExp(`^${segments}{1,5}(\\.[a-z0-9]{1,10})?$`);
const prefixShape = new RegExp(`^${segments}{0,5}$`);

export const isObjectName = (name: string): boolean => nameShape.test(name);

/** @throws Error for a name that could leave its place */
export function checkedName(name: string): string {
  if (!isObjectName(name)) throw new Error(`"${name}" is no object name`);
  return name;
}

/** @throws Error for what is no `kind` or `kind/segment/…` */
export function checkedPrefix(prefix: string): string {
  if (!prefixShape.test(prefix)) throw new Error(`"${prefix}" is no prefix of object names`);
  return prefix;
}

/** @throws RangeError for a range that no object can have */
export function checkedRange({ start, end }: ByteRange): ByteRange {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new RangeError(`${start} to ${end} is no range of bytes`);
  }
  return { start, end };
}
