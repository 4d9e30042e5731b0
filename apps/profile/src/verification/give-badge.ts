import {
  type ProfileEvent,
  type VerifiableField,
  type VerificationEvent,
  verifiableFieldNames,
} from '@annals/contracts';
import { type CommandContext, derivedId, type EventStore, type Position } from '@annals/event-store';
import { type Owner, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { outdated } from './fingerprints.js';
import { type AskedFor, type Verification, verifications } from './verification.js';

/** What was approved, and the fact that says so. */
export interface Approval extends Owner {
  asked: AskedFor;
  /** Id of `VerificationApproved`: what follows from it has ids that follow from this one. */
  event_id: string;
  approved_at: string;
}

/**
 * The badge, for fields that are still as they were asked about; what an earlier badge says and still holds stays true.
 * Nothing when a field has changed.
 */
export function verifyProfile(
  { account_id, user_id, asked, approved_at }: Approval,
  state: ProfileState,
): ProfileEvent[] {
  const { verification_id } = asked;
  if (state.badge?.verification_id === verification_id || outdated(asked, state.fields).length > 0) return [];
  const held = state.badge?.fields ?? [];
  const fields = verifiableFieldNames.filter((field) => asked.fields.includes(field) || held.includes(field));
  return [{ type: 'ProfileVerified', data: { account_id, user_id, verification_id, fields, updated_at: approved_at } }];
}

export interface LapseVerification extends Owner {
  verification_id: string;
  changed: VerifiableField[];
  now: string;
}

/** Nothing for a verification that is not the approved one: another has been asked for since, or it has lapsed already. */
export function lapseVerification(command: LapseVerification, { course }: Verification): VerificationEvent[] {
  const { account_id, user_id, verification_id, changed, now } = command;
  if (course.status !== 'approved' || course.asked.verification_id !== verification_id) return [];
  return [{ type: 'VerificationLapsed', data: { account_id, user_id, verification_id, changed, updated_at: now } }];
}

type Writer = Pick<EventStore, 'execute'>;

/**
 * What follows an approval, by whoever comes first: the command, or the reactor when the command fell. Both ask under
 * the same ids, so it is done once. A profile that has changed in between gets no badge, and the verification has lapsed.
 */
export async function giveBadge(
  store: Writer,
  { context, now }: { context: CommandContext; now: string },
  approval: Approval,
): Promise<{ given: boolean; position: Position | null }> {
  const { account_id, user_id, asked, event_id } = approval;
  const { verification_id } = asked;
  const given = await store.execute(profile, streamOf(approval), {
    ...{ id: derivedId(event_id, 'badge'), context, now },
    decide: (state) => verifyProfile(approval, state),
  });
  if (given.kind !== 'unchanged' || given.state.badge?.verification_id === verification_id) {
    return { given: true, position: given.position };
  }
  const changed = outdated(asked, given.state.fields);
  await store.execute(verifications, streamOf(approval), {
    ...{ id: derivedId(event_id, 'lapse'), context, now },
    decide: (state) => lapseVerification({ account_id, user_id, verification_id, changed, now }, state),
  });
  return { given: false, position: given.position };
}
