import { Readable } from 'node:stream';
import { ObjectTooLarge, objectStoreUnavailable } from './problems.js';

/**
 * Lets an adapter take content, and tells whose fault a failure is: the sender's error comes back as it is, the store's
 * as `object-store-unavailable`. The sender's stream is over in either case.
 */
export async function takeContent(
  content: Buffer | Readable,
  take: (content: Buffer | Readable) => Promise<void>,
): Promise<void> {
  if (Buffer.isBuffer(content)) return take(content).catch(asUnavailable);
  const sender: { failure?: unknown } = {};
  // It may fail before anybody reads it, while the store makes ready: then the first read tells, and not the process's end.
  content.on('error', () => undefined);
  const watched = Readable.from(watch(content, sender), { objectMode: false });
  try {
    await take(watched);
  } catch (error) {
    if ('failure' in sender) throw sender.failure;
    asUnavailable(error);
  } finally {
    watched.destroy();
    content.destroy();
  }
}

/** @throws Problem 503 `object-store-unavailable` with what happened as its cause */
export const asUnavailable = (error: unknown): never => {
  throw objectStoreUnavailable(error);
};

async function* watch(content: Readable, sender: { failure?: unknown }): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of content) yield chunk as Buffer;
  } catch (error) {
    sender.failure = error;
    throw error;
  }
}

/** The whole of a stream; lets it go as soon as it is too large. @throws ObjectTooLarge */
export async function collect(name: string, stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new ObjectTooLarge(name, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
