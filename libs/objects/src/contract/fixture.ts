import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Objects } from '../objects.js';

/** One store under test. */
export interface ObjectsFixture {
  objects: Objects;
  /** How many puts have left something that no reader sees. */
  unfinished: () => Promise<number>;
  dispose: () => Promise<void>;
}

/** More than one part of S3, in bytes. */
export const severalParts = 12 * 1024 * 1024;

/** Bytes that are different everywhere, so that swapped or repeated pieces show. */
export function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE((at * 2654435761 + seed) >>> 0, at);
  return bytes;
}

/** A stream of pieces as a socket gives them. */
export const streamOf = (bytes: Buffer): Readable => Readable.from(piecesOf(bytes), { objectMode: false });

export function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

export async function whole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function named(names: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const name of names) all.push(name);
  return all.sort();
}

/** A stream that stops after some bytes until it is told how to go on. */
export function heldStream(bytes: Buffer, heldBack: Buffer = Buffer.alloc(0)) {
  const { promise: held, resolve: goOn, reject: fail } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const stream = new PassThrough();
  const feed = async (pieces: Buffer) => {
    for (const piece of piecesOf(pieces)) if (!stream.write(piece)) await once(stream, 'drain');
  };
  void feed(bytes)
    .then(reach)
    .then(() => held)
    .then(() => feed(heldBack))
    .then(() => stream.end())
    .catch((error: Error) => stream.destroy(error));
  return { stream, reached, goOn, fail };
}

/** Asks until the answer is the expected one; the test's own limit ends it. */
export async function eventually<T>(expected: T, ask: () => Promise<T>): Promise<void> {
  while ((await ask()) !== expected) await setImmediate();
}
