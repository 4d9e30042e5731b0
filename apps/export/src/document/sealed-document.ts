import { createHash } from 'node:crypto';
import { pipeline as joined, Readable, Transform, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Problem } from '@annals/contracts';
import { type BytesPlace, openBytes, openStream, sealStream, type SubjectKeys } from '@annals/event-store';
import { largestInMemory, ObjectNotFound, type Objects } from '@annals/objects';

export const documentName = (accountId: string, exportId: string): string => `exports/${accountId}/${exportId}`;

export interface DocumentStore {
  objects: Objects;
  keys: SubjectKeys;
}

export interface Measured {
  size_bytes: number;
  sha256: string;
}

/** Passes bytes on and counts and hashes them. */
function meter(each: (bytes: number) => void = () => undefined) {
  const hash = createHash('sha256');
  let bytes = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      try {
        each(bytes);
      } catch (error) {
        return done(error as Error);
      }
      done(null, chunk);
    },
  });
  return { through, measured: (): Measured => ({ size_bytes: bytes, sha256: hash.digest('hex') }) };
}

/**
 * Stores a document encrypted with its subject's own key, so that erasing the person erases the document too; in flat
 * memory, whole or not at all.
 * @param each called with the bytes so far; what it throws ends the writing
 * @throws Problem 410 `subject-erased`
 */
export async function sealDocument(
  { objects, keys }: DocumentStore,
  place: BytesPlace,
  content: Readable,
  each?: (bytes: number) => void,
): Promise<Measured> {
  const { through, measured } = meter(each);
  const sealing = await sealStream(keys, place, 'account').catch((error: unknown) => {
    content.destroy();
    throw error;
  });
  await objects.put(
    place.name,
    joined(content, through, sealing, () => undefined),
  );
  return measured();
}

/** The document in clear, as a stream: what it has given was as it was sealed. */
async function openDocument({ objects, keys }: DocumentStore, place: BytesPlace): Promise<Readable> {
  const [layout] = await buffer(objects.read(place.name, { start: 0, end: 0 }));
  if (layout !== 1) return joined(objects.read(place.name), openStream(keys, place), () => undefined);
  // As documents were sealed before they could be of any size: in one piece, within this bound.
  return Readable.from([await openBytes(keys, place, await objects.get(place.name, oldLimit + largestInMemory))]);
}
const oldLimit = 104_857_600;

/**
 * Reads the whole document and gives none of it: whether it can be handed out as it was made.
 * @throws Problem 410 `export-removed`, `subject-erased`; Error when it is not what was noted
 */
export async function checkDocument(store: DocumentStore, place: BytesPlace, noted: Measured): Promise<void> {
  const { through, measured } = meter();
  try {
    await pipeline(await openDocument(store, place), through, new Writable({ write: (_chunk, _, done) => done() }));
  } catch (error) {
    if (error instanceof ObjectNotFound) throw new Problem(410, 'export-removed', 'This document is kept no more');
    throw error;
  }
  const found = measured();
  if (found.size_bytes !== noted.size_bytes || found.sha256 !== noted.sha256) {
    throw new Error(`${place.name} is not the document that was noted`);
  }
}

/** Hands a document out, no faster than it is taken. */
export async function sendDocument(store: DocumentStore, place: BytesPlace, to: Writable): Promise<void> {
  await pipeline(await openDocument(store, place), to);
}
