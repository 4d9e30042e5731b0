import { z } from 'zod';
import { everyProfileField } from '../document/schemas.js';
import { webLink } from '../link.js';
import { textOf } from '../text.js';
import { VerifiableField } from './badge.js';

/** `lapsed`: it was approved, and a field it speaks of has changed since. */
export const verificationStatuses = ['requested', 'withdrawn', 'approved', 'rejected', 'lapsed'] as const;
export const VerificationStatus = z.enum(verificationStatuses);
export type VerificationStatus = z.infer<typeof VerificationStatus>;

/** What a person offers as proof. A link is shown to who decides and never fetched. */
export const VerificationEvidence = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('statement'), text: textOf(2000) }),
  z.strictObject({ type: z.literal('link'), url: webLink }),
  z.strictObject({ type: z.literal('document'), document_id: z.uuid() }),
]);
export type VerificationEvidence = z.infer<typeof VerificationEvidence>;

/** Told apart by content, whatever their names and declared types say. */
export const evidenceTypes = ['application/pdf', 'image/jpeg', 'image/png', 'image/webp'] as const;
export const EvidenceType = z.enum(evidenceTypes);
export type EvidenceType = z.infer<typeof EvidenceType>;

/** Largest document, in bytes. */
export const maxEvidenceBytes = 5 * 1024 * 1024;
/** Most documents that are kept of one person at a time. */
export const maxEvidenceDocuments = 10;

export const EvidenceDocument = z.object({
  id: z.uuid(),
  media_type: EvidenceType,
  bytes: z.number().int().positive(),
  added_at: z.iso.datetime(),
});
export type EvidenceDocument = z.infer<typeof EvidenceDocument>;

export const RequestVerification = z.strictObject({
  fields: z
    .array(VerifiableField)
    .min(1)
    .refine((fields) => new Set(fields).size === fields.length, 'must name each field once'),
  evidence: z.array(VerificationEvidence).min(1).max(20),
});
export type RequestVerification = z.infer<typeof RequestVerification>;

/** A person's own latest verification, and the documents that are kept for the next or the present one. */
export const OwnVerification = z.object({
  status: z.enum(['none', ...verificationStatuses]),
  id: z.uuid().nullable(),
  fields: z.array(VerifiableField),
  /** Fields that are not as they were when the request was made: nothing is approved while there are any. */
  outdated: z.array(VerifiableField),
  /** Empty once it was deleted: at withdrawal at once, after a decision when its time is over. */
  evidence: z.array(VerificationEvidence),
  requested_at: z.iso.datetime().nullable(),
  decided_at: z.iso.datetime().nullable(),
  /** What was said with the decision. */
  reason: z.string().nullable(),
  documents: z.array(EvidenceDocument),
});
export type OwnVerification = z.infer<typeof OwnVerification>;

/** The latest verification of a person, as who decides finds it. */
export const VerificationEntry = z.object({
  id: z.uuid(),
  user_id: z.uuid(),
  status: VerificationStatus,
  fields: z.array(VerifiableField),
  requested_at: z.iso.datetime(),
  decided_at: z.iso.datetime().nullable(),
  decided_by_id: z.uuid().nullable(),
});
export type VerificationEntry = z.infer<typeof VerificationEntry>;

const { name, date_of_birth, location, website, social_links } = everyProfileField;

/** A verification with all that there is to decide on. */
export const VerificationCase = VerificationEntry.extend({
  /** Values that the request asked about and that are still there; what has changed since is named in `outdated` alone. */
  values: z.object({ name, date_of_birth, location, website, social_links }).partial(),
  outdated: z.array(VerifiableField),
  evidence: z.array(VerificationEvidence),
  documents: z.array(EvidenceDocument),
  reason: z.string().nullable(),
});
export type VerificationCase = z.infer<typeof VerificationCase>;

const reason = textOf(1000);

export const DecideVerification = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('approved'), reason: reason.nullish() }),
  z.strictObject({ decision: z.literal('rejected'), reason }),
]);
export type DecideVerification = z.infer<typeof DecideVerification>;
