import {
  decideVerificationRoute as route,
  type DecideVerification,
  Problem,
  type VerifiableField,
  type VerificationEvent,
} from '@annals/contracts';
import { type MountedRoute, mount, type Reply, written } from '@annals/service';
import { commandOf } from '../command-of.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { outdated } from './fingerprints.js';
import { giveBadge } from './give-badge.js';
import { type Desk, personOf, requireCourse, verificationUnknown } from './review/desk.js';
import { shownEntry } from './review/shown-case.js';
import { type Verification, verifications } from './verification.js';

export interface Decide extends Owner {
  verification_id: string;
  decided_by_id: string;
  verdict: DecideVerification;
  /** Fields that have changed since the request, as the profile is now. */
  changed: readonly VerifiableField[];
  now: string;
}

/** @throws Problem 403 `own-verification`, 404 `verification-unknown`, 409 `verification-decided`, `verification-outdated` */
export function decideVerification(command: Decide, { course }: Verification): VerificationEvent[] {
  const { account_id, user_id, verification_id, decided_by_id, verdict, changed, now } = command;
  if (decided_by_id === user_id) throw new Problem(403, 'own-verification', 'Nobody decides about themselves');
  if (course.status === 'none' || course.asked.verification_id !== verification_id) throw verificationUnknown();
  if (course.status !== 'requested') {
    throw new Problem(409, 'verification-decided', `This verification is not open any more: ${course.status}`);
  }
  const data = { account_id, user_id, verification_id, decided_by_id, updated_at: now };
  if (verdict.decision === 'rejected') {
    return [{ type: 'VerificationRejected', data: { ...data, reason: verdict.reason } }];
  }
  if (changed.length > 0) {
    const detail = `Changed since the request: ${changed.join(', ')}. Reject it, or let the person ask again`;
    throw new Problem(409, 'verification-outdated', detail);
  }
  return [{ type: 'VerificationApproved', data: { ...data, reason: verdict.reason ?? null } }];
}

/** POST /profile-verifications/{verification_id}/decision */
export const decideAboutVerification = (desk: Desk): MountedRoute =>
  mount(route, async (request) => {
    const { account_id, user_id: decided_by_id } = ownerOf(request.context);
    const { verification_id } = request.params;
    const owner = await personOf(desk, account_id, verification_id);
    const { folds } = desk;
    const [{ state: present }, { state: before }] = await Promise.all([
      folds.read(profile, streamOf(owner), []),
      folds.read(verifications, streamOf(owner), []),
    ]);
    const { asked } = requireCourse(before, verification_id);
    const changed = outdated(asked, present.fields);
    const command = { ...owner, verification_id, decided_by_id, verdict: request.body, changed, now: request.now };
    const decide = (state: Verification) => decideVerification(command, state);
    const outcome = await folds.execute(verifications, streamOf(owner), commandOf(request, decide));
    const entry = (state: Verification) => shownEntry(owner, requireCourse(state, verification_id), present.fields);
    const reply: Reply = written(outcome, entry);
    const approved = outcome.events.find(({ type }) => type === 'VerificationApproved');
    if (!approved) return reply;
    const approval = { ...owner, asked, event_id: approved.id, approved_at: approved.metadata.occurred_at };
    const badge = await giveBadge(folds, request, approval);
    const tokens = badge.position ? [{ category: profile.category, position: badge.position }] : [];
    const body = badge.given ? reply.body : { ...entry(outcome.state), status: 'lapsed' };
    return { ...reply, body, tokens: [...(reply.tokens ?? []), ...tokens] };
  });
