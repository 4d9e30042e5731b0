import {
  Problem,
  type VerificationEvent,
  type VerificationWithdrawn,
  withdrawVerificationRoute as route,
  type EventOf,
} from '@annals/contracts';
import type { Objects } from '@annals/objects';
import { type MountedRoute, mount, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import type { FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { removalsOf } from './evidence/remove-document.js';
import { removeBytes } from './evidence/stored-evidence.js';
import { documentsOf, type Verification, verifications } from './verification.js';

type Why = EventOf<typeof VerificationWithdrawn>['data']['reason'];

export interface WithdrawVerification extends Owner {
  reason: Why;
  now: string;
}

/**
 * Ends the open request and everything that was submitted with it.
 * @throws Problem 409 `verification-not-open`
 */
export function withdrawVerification(command: WithdrawVerification, state: Verification): VerificationEvent[] {
  const { account_id, user_id, reason, now } = command;
  const { course } = state;
  if (course.status === 'withdrawn') return [];
  if (course.status !== 'requested') {
    throw new Problem(409, 'verification-not-open', 'There is no open request to withdraw');
  }
  const { verification_id, evidence } = course.asked;
  const data = { account_id, user_id, verification_id, reason, updated_at: now };
  const named = documentsOf(evidence);
  return [
    { type: 'VerificationWithdrawn', data },
    ...removalsOf({ account_id, user_id, why: 'withdrawn', now }, state, ({ id }) => named.includes(id)),
  ];
}

/** DELETE /users/profile/verification */
export const withdrawOwnVerification = (folds: FreshFolds, objects: Objects): MountedRoute =>
  mount(route, async (request) => {
    const owner = ownerOf(request.context);
    const command = { ...owner, reason: 'withdrawn', now: request.now } as const;
    const decide = (state: Verification) => withdrawVerification(command, state);
    const outcome = await folds.execute(verifications, streamOf(owner), commandOf(request, decide));
    await removeBytes(objects, outcome.events);
    return written(outcome, () => undefined, 204);
  });
