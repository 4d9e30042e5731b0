import type { DomainEvent, EvidenceDocument, VerifiableField, VerificationEvent } from '@annals/contracts';
import type { VerificationEvidence } from '@annals/contracts';
import { type Aggregate, isErased } from '@annals/event-store';
import type { Fingerprints } from './fingerprints.js';

/** What a person asked to be found true. */
export interface AskedFor {
  readonly verification_id: string;
  readonly fields: readonly VerifiableField[];
  /** Of the values at the time of the request. */
  readonly fingerprints: Fingerprints;
  /** Empty once it was deleted. */
  readonly evidence: readonly VerificationEvidence[];
  readonly requested_at: string;
}

export interface Decision {
  readonly decided_by_id: string;
  readonly decided_at: string;
  readonly reason: string | null;
}

/** A person's latest verification. Another one may be asked for whenever none is open. */
export type Course =
  | { readonly status: 'none' }
  | { readonly status: 'requested'; readonly asked: AskedFor }
  | { readonly status: 'withdrawn'; readonly asked: AskedFor }
  | { readonly status: 'approved'; readonly asked: AskedFor; readonly decision: Decision }
  | { readonly status: 'rejected'; readonly asked: AskedFor; readonly decision: Decision }
  | { readonly status: 'lapsed'; readonly asked: AskedFor; readonly decision: Decision };

/** A verification that was asked for, whatever became of it. */
export type KnownCourse = Exclude<Course, { status: 'none' }>;

export interface Verification {
  readonly course: Course;
  /** Documents that are kept: for a request to come, the open one, or a decision that is not long ago. */
  readonly documents: readonly EvidenceDocument[];
}

const initial: Verification = { course: { status: 'none' }, documents: [] };

/** Erased data says nothing any more: no document is known by it, no value is like it. */
const unless = <T>(value: T, instead: T): T => (isErased(value) ? instead : value);

function evolveVerification(state: Verification, { type, data }: VerificationEvent): Verification {
  const { course, documents } = state;
  switch (type) {
    case 'VerificationRequested': {
      const { verification_id, fields, updated_at: requested_at } = data;
      const [fingerprints, evidence] = [unless<Fingerprints>(data.fingerprints, {}), unless(data.evidence, [])];
      const asked = { verification_id, fields, fingerprints, evidence, requested_at };
      return { ...state, course: { status: 'requested', asked } };
    }
    case 'VerificationWithdrawn':
      return {
        ...state,
        course: course.status === 'requested' ? { status: 'withdrawn', asked: bare(course) } : course,
      };
    case 'VerificationApproved':
    case 'VerificationRejected': {
      if (course.status !== 'requested') return state;
      const { decided_by_id, updated_at: decided_at } = data;
      const decision = { decided_by_id, decided_at, reason: unless(data.reason, null) };
      const status = type === 'VerificationApproved' ? 'approved' : 'rejected';
      return { ...state, course: { status, asked: course.asked, decision } };
    }
    case 'VerificationLapsed':
      return { ...state, course: course.status === 'approved' ? { ...course, status: 'lapsed' } : course };
    case 'VerificationEvidenceExpired':
      return { ...state, course: course.status === 'none' ? course : { ...course, asked: bare(course) } };
    case 'VerificationDocumentAdded': {
      const { document_id: id, media_type, bytes, updated_at: added_at } = data;
      return isErased(id) ? state : { ...state, documents: [...documents, { id, media_type, bytes, added_at }] };
    }
    case 'VerificationDocumentRemoved':
      return { ...state, documents: documents.filter(({ id }) => id !== data.document_id) };
  }
}

const bare = ({ asked }: KnownCourse): AskedFor => ({ ...asked, evidence: [] });

/** One person's verification in one account; its id is `<account_id>_<user_id>`. */
export const verifications: Aggregate<Verification> = {
  category: 'verification',
  initial,
  evolve: (state, event: DomainEvent) => evolveVerification(state, event as VerificationEvent),
};

/** Ids of the documents that evidence names. */
export const documentsOf = (evidence: readonly VerificationEvidence[]): string[] =>
  evidence.flatMap((one) => (one.type === 'document' ? [one.document_id] : []));
