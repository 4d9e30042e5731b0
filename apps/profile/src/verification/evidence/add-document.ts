import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import {
  addVerificationDocumentRoute as route,
  type EvidenceType,
  maxEvidenceDocuments,
  Problem,
  type VerificationEvent,
} from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import type { Pool } from '@annals/postgres';
import { type MountedRoute, mount, receiveFile, written } from '@annals/service';
import { commandOf } from '../../command-of.js';
import type { FreshFolds } from '../../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../../owner.js';
import { amongOthers } from '../../person-lock.js';
import { type Verification, verifications } from '../verification.js';
import { evidenceTypeOf } from './evidence-type.js';
import { forgetPending, notePending } from './pending-evidence.js';
import { evidenceName, type EvidenceStore, putEvidence } from './stored-evidence.js';

export interface AddDocument extends Owner {
  document_id: string;
  media_type: EvidenceType;
  bytes: number;
  now: string;
}

/** @throws Problem 409 `too-many-documents` */
export function addDocument(command: AddDocument, { documents }: Verification): VerificationEvent[] {
  const { now, ...rest } = command;
  if (documents.some(({ id }) => id === command.document_id)) return [];
  if (documents.length >= maxEvidenceDocuments) {
    throw new Problem(
      409,
      'too-many-documents',
      `At most ${maxEvidenceDocuments} documents are kept; delete one first`,
    );
  }
  return [{ type: 'VerificationDocumentAdded', data: { ...rest, updated_at: now } }];
}

/**
 * POST /users/profile/verification/documents. The bytes lie in place before the fact is written; those of an upload that
 * ended in between are found by their note.
 */
export const addOwnDocument = (folds: FreshFolds, pool: Pool, evidence: EvidenceStore): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const content = await receiveFile(request, route.definition.upload, (file) => buffer(file));
    const media_type = evidenceTypeOf(content);
    if (!media_type) {
      throw new Problem(
        415,
        'evidence-type-unsupported',
        'The file is no PDF, JPEG, PNG or WebP, whatever it is called',
      );
    }
    // Of the content too: a repeated key with another file must not put that in the first one's place.
    const document_id = derivedId(request.commandId, createHash('sha256').update(content).digest('hex'));
    const command = { ...owner, document_id, media_type, bytes: content.length, now: request.now };
    const decide = (state: Verification) => addDocument(command, state);
    decide((await folds.read(verifications, streamOf(owner), [])).state);
    const name = evidenceName(owner, document_id);
    await notePending(pool, name, request.now);
    const outcome = await amongOthers(pool, 'evidence', owner, async () => {
      await putEvidence(evidence, owner, document_id, content);
      return folds.execute(verifications, streamOf(owner), commandOf(request, decide));
    });
    // A repeated upload may be of a document that was removed since: its note stays, and who settles it looks.
    if (outcome.kind === 'appended') await forgetPending(pool, name);
    return written(outcome, (state) => state.documents.find(({ id }) => id === document_id), 201);
  });
