import type { VerificationEvent } from '@annals/contracts';
import type { Owner } from '../../owner.js';
import type { Verification } from '../verification.js';
import { removalsOf } from './remove-document.js';

export interface ExpireEvidence extends Owner {
  /** How long evidence is kept after it was last needed. */
  days: number;
  /** RFC 3339 */
  now: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Ends what nobody needs any more: what was submitted for a decision that is long ago, and documents that were never used.
 * While a request is open everything is kept.
 */
export function expireEvidence(command: ExpireEvidence, state: Verification): VerificationEvent[] {
  const { account_id, user_id, days, now } = command;
  const { course } = state;
  if (course.status === 'requested') return [];
  const isOver = (since: string) => Date.parse(since) + days * dayMs <= Date.parse(now);
  const decidedAt = 'decision' in course ? course.decision.decided_at : null;
  const neededAt = (added: string) => (decidedAt !== null && decidedAt > added ? decidedAt : added);
  const said = course.status !== 'none' && course.asked.evidence.length > 0 && decidedAt !== null && isOver(decidedAt);
  const removals = removalsOf({ account_id, user_id, why: 'expired', now }, state, ({ added_at }) =>
    isOver(neededAt(added_at)),
  );
  if (!said) return removals;
  const { verification_id } = course.asked;
  const data = { account_id, user_id, verification_id, updated_at: now };
  return [{ type: 'VerificationEvidenceExpired', data }, ...removals];
}
