import { Problem } from '@annals/contracts';
import { type Pool, projectionSchema, tenantQuery } from '@annals/postgres';
import type { PositionWaiter, SealedTexts } from '@annals/service';
import type { FreshFolds } from '../../folds/fresh-folds.js';
import type { Owner } from '../../owner.js';
import { requireUnrestricted } from '../../restriction/restriction.js';
import { verificationList } from '../../views/verifications/projection.js';
import type { EvidenceStore } from '../evidence/stored-evidence.js';
import type { KnownCourse, Verification } from '../verification.js';

/** What those who ask and those who decide work with. */
export interface Desk extends EvidenceStore {
  folds: FreshFolds;
  pool: Pool;
  /** The running projection of verifications. */
  verifications: PositionWaiter;
  /** For cursors. */
  texts: SealedTexts;
}

export const verificationTable = `${projectionSchema(verificationList)}.verifications`;

/** How long a reader may wait for its position, in milliseconds. */
export const longestWait = 1000;

/**
 * Whose verification it is.
 * @throws Problem 404 `verification-unknown`, also for one of another account and one that another has replaced; 403
 *   `processing-restricted` while it is neither shown nor decided about
 */
export async function personOf(
  { pool, folds }: Pick<Desk, 'pool' | 'folds'>,
  accountId: string,
  verificationId: string,
): Promise<Owner> {
  const { rows } = await tenantQuery<{ user_id: string }>(
    pool,
    { accountId },
    `select user_id from ${verificationTable} where account_id = $1 and verification_id = $2`,
    [accountId, verificationId],
  );
  if (!rows[0]) throw verificationUnknown();
  const person = { account_id: accountId, user_id: rows[0].user_id };
  await requireUnrestricted(folds, person);
  return person;
}

/** @throws Problem 404 `verification-unknown` */
export function requireCourse({ course }: Verification, verificationId: string): KnownCourse {
  if (course.status === 'none' || course.asked.verification_id !== verificationId) throw verificationUnknown();
  return course;
}

export const verificationUnknown = () =>
  new Problem(404, 'verification-unknown', 'There is no such verification, or the person has asked for another');
