import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { pii } from '../../personal-data.js';
import { updated, updatedKeys } from '../keys.js';
import { VerifiableField } from './badge.js';
import { EvidenceType, VerificationEvidence } from './schemas.js';

/** Evidence is kept for the decision and a while after it, in case somebody doubts it. */
const personal = <S extends z.ZodType>(schema: S) =>
  pii(schema, { category: 'content', purpose: 'profile', basis: 'consent', retention: 'P30D' });

const verification = { ...updated, verification_id: z.uuid() };
const document = { ...updated, document_id: personal(z.uuid()) };
const about = { category: 'verification', subject: 'user_id' } as const;
const audit = (action: 'INSERT' | 'UPDATE' | 'DELETE') => ({
  entity: 'Verification',
  action,
  keys: [...updatedKeys, 'verification_id'] as const,
});
const ofDocument = ['account_id', 'user_id', 'updated_at', 'document_id'] as const;
const documentAudit = { entity: 'VerificationDocument' } as const;

/** A person asks that fields be found true. The fingerprints say later whether the values are still the ones asked about. */
export const VerificationRequested = event('VerificationRequested', {
  ...about,
  data: z.strictObject({
    ...verification,
    fields: z.array(VerifiableField).min(1),
    fingerprints: personal(z.partialRecord(VerifiableField, z.string())),
    evidence: personal(z.array(VerificationEvidence)),
  }),
  audit: { ...audit('INSERT'), keys: [...audit('INSERT').keys, 'fingerprints'] },
});

/** Ends a request before a decision; its evidence goes with it. */
export const VerificationWithdrawn = event('VerificationWithdrawn', {
  category: 'verification',
  data: z.strictObject({ ...verification, reason: z.enum(['withdrawn', 'membership-ended']) }),
  audit: audit('DELETE'),
});

const decision = { ...verification, decided_by_id: z.uuid() };

/** The badge follows on the profile, if the fields are still what was looked at. */
export const VerificationApproved = event('VerificationApproved', {
  ...about,
  data: z.strictObject({ ...decision, reason: personal(z.string()).nullable() }),
  audit: audit('UPDATE'),
});

export const VerificationRejected = event('VerificationRejected', {
  ...about,
  data: z.strictObject({ ...decision, reason: personal(z.string()) }),
  audit: audit('UPDATE'),
});

/** What was approved is not so any more, or was not any more when the badge was to be given. */
export const VerificationLapsed = event('VerificationLapsed', {
  category: 'verification',
  data: z.strictObject({ ...verification, changed: z.array(VerifiableField).min(1) }),
  audit: audit('UPDATE'),
});

/** Its time is over: what the person said and linked to is not shown any more, and their documents are gone. */
export const VerificationEvidenceExpired = event('VerificationEvidenceExpired', {
  category: 'verification',
  data: z.strictObject(verification),
  audit: audit('UPDATE'),
});

/** The document lies sealed in its place before this is written. */
export const VerificationDocumentAdded = event('VerificationDocumentAdded', {
  ...about,
  data: z.strictObject({ ...document, media_type: EvidenceType, bytes: z.number().int().positive() }),
  audit: { ...documentAudit, action: 'INSERT', keys: [...ofDocument, 'media_type', 'bytes'] },
});

/** Its bytes are removed after this is written, by whoever comes first: the command or the reactor. */
export const VerificationDocumentRemoved = event('VerificationDocumentRemoved', {
  ...about,
  data: z.strictObject({ ...document, why: z.enum(['removed', 'withdrawn', 'expired']) }),
  audit: { ...documentAudit, action: 'DELETE', keys: [...ofDocument, 'why'] },
});

/**
 * Somebody of the staff was shown what a person had submitted. Written before they get it. In a stream beside the
 * verification's: looking at it is no change of it.
 */
export const VerificationReviewed = event('VerificationReviewed', {
  ...{ category: 'review', subject: 'user_id' },
  data: z.strictObject({
    ...verification,
    reviewed_by_id: z.uuid(),
    /** Fields whose values were shown. */
    fields: z.array(VerifiableField),
    /** The document that was handed out; absent when it was the request. */
    document_id: personal(z.uuid()).optional(),
  }),
  audit: { entity: 'VerificationReview', action: 'INSERT', keys: [...updatedKeys, 'verification_id'] },
});

export const verificationEvents = [
  ...[VerificationRequested, VerificationWithdrawn, VerificationApproved, VerificationRejected, VerificationLapsed],
  ...[VerificationEvidenceExpired, VerificationDocumentAdded, VerificationDocumentRemoved, VerificationReviewed],
] as const;

export type VerificationEvent =
  | EventOf<typeof VerificationRequested>
  | EventOf<typeof VerificationWithdrawn>
  | EventOf<typeof VerificationApproved>
  | EventOf<typeof VerificationRejected>
  | EventOf<typeof VerificationLapsed>
  | EventOf<typeof VerificationEvidenceExpired>
  | EventOf<typeof VerificationDocumentAdded>
  | EventOf<typeof VerificationDocumentRemoved>;
export type ReviewEvent = EventOf<typeof VerificationReviewed>;
