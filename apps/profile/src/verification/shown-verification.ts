import type { OwnVerification } from '@annals/contracts';
import type { ProfileFields } from '../profile/profile.js';
import { outdated } from './fingerprints.js';
import type { KnownCourse, Verification } from './verification.js';

/** What became of a verification, seen beside the profile: it has lapsed from the moment that a field changes. */
export function standingOf(course: KnownCourse, fields: ProfileFields) {
  const changed = outdated(course.asked, fields);
  const status = course.status === 'approved' && changed.length > 0 ? 'lapsed' : course.status;
  const decision = 'decision' in course ? course.decision : null;
  return { status, outdated: changed, decision };
}

/** A verification as its person sees it: not who decided, but what and why. */
export function shownVerification({ course, documents }: Verification, fields: ProfileFields): OwnVerification {
  if (course.status === 'none') {
    const nothing = { fields: [], outdated: [], evidence: [], requested_at: null, decided_at: null, reason: null };
    return { status: 'none', id: null, ...nothing, documents: [...documents] };
  }
  const { asked } = course;
  const { status, outdated: changed, decision } = standingOf(course, fields);
  return {
    ...{ status, id: asked.verification_id, fields: [...asked.fields], outdated: changed },
    ...{ evidence: [...asked.evidence], requested_at: asked.requested_at },
    ...{ decided_at: decision?.decided_at ?? null, reason: decision?.reason ?? null, documents: [...documents] },
  };
}
