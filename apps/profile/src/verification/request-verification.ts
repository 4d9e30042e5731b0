import {
  Problem,
  requestVerificationRoute as route,
  type RequestVerification,
  type VerificationEvent,
} from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import type { FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile, type ProfileFields } from '../profile/profile.js';
import { fingerprintsOf, isSet } from './fingerprints.js';
import { shownVerification } from './shown-verification.js';
import { documentsOf, type Verification, verifications } from './verification.js';

export interface AskForVerification extends Owner, RequestVerification {
  verification_id: string;
  /** The profile's, as they are now. */
  present: ProfileFields;
  now: string;
}

/** @throws Problem 409 `verification-open`, 400 `field-not-set`, `evidence-unknown` */
export function requestVerification(command: AskForVerification, { course, documents }: Verification) {
  const { account_id, user_id, verification_id, fields, evidence, present, now } = command;
  if (course.status === 'requested') {
    if (course.asked.verification_id === verification_id) return [];
    throw new Problem(409, 'verification-open', 'Your last request is not decided; withdraw it to make another');
  }
  const missing = fields.filter((field) => !isSet(present, field));
  if (missing.length > 0) {
    throw new Problem(400, 'field-not-set', 'What is not set cannot be verified', {
      fields: missing.map((path) => ({ path, code: 'field_not_set', message: 'is not set in your profile' })),
    });
  }
  const unknown = documentsOf(evidence).filter((id) => !documents.some((one) => one.id === id));
  if (unknown.length > 0) {
    throw new Problem(400, 'evidence-unknown', 'Upload a document before you name it as evidence', {
      fields: unknown.map((id) => ({ path: 'evidence', code: 'document_unknown', message: `${id} is not there` })),
    });
  }
  const fingerprints = fingerprintsOf(verification_id, fields, present);
  const data = { account_id, user_id, verification_id, fields, fingerprints, evidence, updated_at: now };
  return [{ type: 'VerificationRequested', data }] satisfies VerificationEvent[];
}

/** POST /users/profile/verification */
export const requestOwnVerification = (folds: FreshFolds): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const { state } = await folds.read(profile, streamOf(owner), []);
    const verification_id = derivedId(request.commandId, 'verification');
    const command = { ...owner, ...request.body, verification_id, present: state.fields, now: request.now };
    const decide = (verification: Verification) => requestVerification(command, verification);
    const outcome = await folds.execute(verifications, streamOf(owner), commandOf(request, decide));
    return written(outcome, (verification) => shownVerification(verification, state.fields), 201);
  });
