import {
  type BytesPlace,
  isErased,
  openBytes,
  sealBytes,
  type StoredEvent,
  type SubjectKeys,
} from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Owner } from '../../owner.js';

/** Where a person's documents lie. */
export const documentsBelow = ({ account_id, user_id }: Owner): string => `evidence/${account_id}/${user_id}`;

/** Where a document lies. */
export const evidenceName = (owner: Owner, documentId: string): string => `${documentsBelow(owner)}/${documentId}`;

/** What lies under such a name. */
export function evidenceOf(name: string): { owner: Owner; documentId: string } {
  const [, account_id = '', user_id = '', documentId = ''] = name.split('/');
  return { owner: { account_id, user_id }, documentId };
}

export interface EvidenceStore {
  objects: Objects;
  keys: SubjectKeys;
}

const placeOf = ({ account_id, user_id }: Owner, name: string): BytesPlace => ({
  subject: user_id,
  accountId: account_id,
  name,
});

/** Keeps a document, sealed with its person's key. @throws Problem 410 `subject-erased` */
export async function putEvidence({ objects, keys }: EvidenceStore, owner: Owner, id: string, content: Buffer) {
  const name = evidenceName(owner, id);
  await objects.put(name, await sealBytes(keys, placeOf(owner, name), 'profile', content));
}

/** A document in clear, checked whole. @throws Problem 404 `object-not-found`, 410 `subject-erased` */
export async function getEvidence({ objects, keys }: EvidenceStore, owner: Owner, id: string): Promise<Buffer> {
  const name = evidenceName(owner, id);
  return openBytes(keys, placeOf(owner, name), await objects.get(name));
}

/** Removes the bytes of documents whose removal is a fact; again does no harm, and neither does what was erased. */
export async function removeBytes(objects: Objects, events: readonly StoredEvent[]): Promise<void> {
  for (const { type, data } of events) {
    if (type !== 'VerificationDocumentRemoved' || isErased(data.document_id)) continue;
    await objects.remove(evidenceName(data as unknown as Owner, String(data.document_id)));
  }
}
