import {
  type EventOf,
  type EvidenceDocument,
  Problem,
  removeVerificationDocumentRoute as route,
  type VerificationDocumentRemoved,
  type VerificationEvent,
} from '@annals/contracts';
import type { Objects } from '@annals/objects';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../../command-of.js';
import type { FreshFolds } from '../../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../../owner.js';
import { documentsOf, type Verification, verifications } from '../verification.js';
import { removeBytes } from './stored-evidence.js';

type Removed = EventOf<typeof VerificationDocumentRemoved>;

/** The removal of those documents that are to go. */
export function removalsOf(
  { account_id, user_id, why, now }: Owner & { why: Removed['data']['why']; now: string },
  { documents }: Verification,
  goes: (document: EvidenceDocument) => boolean,
): Removed[] {
  return documents.filter(goes).map(({ id: document_id }) => ({
    type: 'VerificationDocumentRemoved',
    data: { account_id, user_id, document_id, why, updated_at: now },
  }));
}

export interface RemoveDocument extends Owner {
  document_id: string;
  now: string;
}

/** @throws Problem 404 `document-unknown`, 409 `document-in-review` */
export function removeDocument(command: RemoveDocument, state: Verification): VerificationEvent[] {
  const { document_id, ...rest } = command;
  const { course, documents } = state;
  if (!documents.some(({ id }) => id === document_id)) throw documentUnknown();
  if (course.status === 'requested' && documentsOf(course.asked.evidence).includes(document_id)) {
    throw new Problem(409, 'document-in-review', 'Your open request names this document; withdraw it first');
  }
  return removalsOf({ ...rest, why: 'removed' }, state, ({ id }) => id === document_id);
}

export const documentUnknown = () => new Problem(404, 'document-unknown', 'There is no such document');

/** DELETE /users/profile/verification/documents/{document_id} */
export const removeOwnDocument = (folds: FreshFolds, objects: Objects): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const command = { ...owner, document_id: request.params.document_id, now: request.now };
    const decide = (state: Verification) => removeDocument(command, state);
    const outcome = await folds.execute(verifications, streamOf(owner), commandOf(request, decide));
    await removeBytes(objects, outcome.events);
    return written(outcome, () => undefined, 204);
  });
