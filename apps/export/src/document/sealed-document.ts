import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Problem } from '@annals/contracts';
import type { SubjectKeys } from '@annals/event-store';
import type { Objects } from '@annals/objects';

/** Layout of a stored document: version, length of the key id, key id, 12 bytes nonce, ciphertext, 16 bytes tag. */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

export const documentName = (accountId: string, exportId: string): string => `exports/${accountId}/${exportId}`;

const boundTo = (subject: string, name: string) => Buffer.from(`${subject}|${name}`);

/**
 * Stores a document encrypted with its subject's own key, so that erasing the person erases the document too.
 * @throws Problem 410 `subject-erased`
 */
export async function sealDocument(
  objects: Objects,
  keys: SubjectKeys,
  place: { subject: string; name: string },
  content: Buffer,
): Promise<void> {
  const { id, key } = await keys.current(place.subject, 'account');
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(place.subject, place.name));
  const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
  const keyId = Buffer.from(id, 'utf8');
  await objects.put(
    place.name,
    Buffer.concat([Buffer.from([version, keyId.length]), keyId, nonce, sealed, cipher.getAuthTag()]),
  );
}

/**
 * The document in clear, checked whole before its first byte leaves.
 * @throws Problem 410 `subject-erased` when its key is gone; Error when the file was changed
 */
export async function openDocument(
  objects: Objects,
  keys: SubjectKeys,
  place: { subject: string; name: string },
): Promise<Buffer> {
  const stored = await objects.get(place.name);
  if (stored[0] !== version) throw new Error(`${place.name} is of an unknown layout`);
  const keyEnd = 2 + (stored[1] ?? 0);
  const key = await keys.find(stored.subarray(2, keyEnd).toString('utf8'));
  if (key === 'erased') throw new Problem(410, 'subject-erased', 'What this held has been erased');
  const nonce = stored.subarray(keyEnd, keyEnd + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.key, nonce).setAAD(boundTo(place.subject, place.name));
  decipher.setAuthTag(stored.subarray(stored.length - tagBytes));
  return Buffer.concat([
    decipher.update(stored.subarray(keyEnd + nonceBytes, stored.length - tagBytes)),
    decipher.final(),
  ]);
}
