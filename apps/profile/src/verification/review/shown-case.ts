import type { VerificationCase, VerificationEntry } from '@annals/contracts';
import type { Owner } from '../../owner.js';
import type { ProfileFields } from '../../profile/profile.js';
import { standingOf } from '../shown-verification.js';
import { documentsOf, type KnownCourse, type Verification } from '../verification.js';

/** A verification in a list, or after a decision: nothing of what was submitted. */
export function shownEntry({ user_id }: Owner, course: KnownCourse, fields: ProfileFields): VerificationEntry {
  const { status, decision } = standingOf(course, fields);
  const { verification_id: id, fields: asked, requested_at } = course.asked;
  return {
    ...{ id, user_id, status, fields: [...asked], requested_at },
    ...{ decided_at: decision?.decided_at ?? null, decided_by_id: decision?.decided_by_id ?? null },
  };
}

/** All that there is to decide on: values as they were asked about, and the documents that the request names. */
export function shownCase(
  owner: Owner,
  course: KnownCourse,
  documents: Verification['documents'],
  fields: ProfileFields,
): VerificationCase {
  const { outdated, decision } = standingOf(course, fields);
  const { asked } = course;
  const same = asked.fields.filter((field) => !outdated.includes(field));
  const named = documentsOf(asked.evidence);
  return {
    ...shownEntry(owner, course, fields),
    values: Object.fromEntries(same.map((field) => [field, fields[field] ?? null])),
    ...{ outdated, evidence: [...asked.evidence], reason: decision?.reason ?? null },
    documents: documents.filter(({ id }) => named.includes(id)),
  };
}
