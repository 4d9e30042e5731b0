import { type BytesPlace, openBytes, sealBytes, type SubjectKeys } from '@annals/event-store';
import { largestInMemory, type Objects } from '@annals/objects';

export const documentName = (accountId: string, exportId: string): string => `exports/${accountId}/${exportId}`;

/**
 * Stores a document encrypted with its subject's own key, so that erasing the person erases the document too.
 * @throws Problem 410 `subject-erased`
 */
export async function sealDocument(
  objects: Objects,
  keys: SubjectKeys,
  place: BytesPlace,
  content: Buffer,
): Promise<void> {
  await objects.put(place.name, await sealBytes(keys, place, 'account', content));
}

/**
 * The document in clear, checked whole before its first byte leaves.
 * @param limitBytes that its parts were held to; what goes around them, and the seal, come on top
 * @throws Problem 410 `subject-erased` when its key is gone; Error when the file was changed
 */
export async function openDocument(
  objects: Objects,
  keys: SubjectKeys,
  place: BytesPlace,
  limitBytes: number,
): Promise<Buffer> {
  return openBytes(keys, place, await objects.get(place.name, limitBytes + largestInMemory));
}
