import type { VerifiableField } from '@annals/contracts';
import type { EventStore, StoredEvent } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Reactor } from '@annals/postgres';
import { actingOn, isOverdue } from '@annals/service';
import { type Owner, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { lapsed } from '../profile/update.js';
import { removeBytes } from '../verification/evidence/stored-evidence.js';
import { giveBadge, lapseVerification } from '../verification/give-badge.js';
import { type Verification, verifications } from '../verification/verification.js';
import { withdrawVerification } from '../verification/withdraw-verification.js';

const principal = 'svc:profile';

type About = Owner & { verification_id: string };
const aboutOf = ({ data }: StoredEvent) => data as unknown as About;
const asApproved = ({ course }: Verification, id: string) =>
  course.status === 'approved' && course.asked.verification_id === id ? course : null;

/**
 * Keeps what a person is told, the badge and the evidence in step, whatever fell in between: a badge follows its approval,
 * a verification ends with its badge, bytes go with their document, and nobody decides about who has left.
 */
export function keepVerifications({ store, objects }: { store: EventStore; objects: Objects }): Reactor {
  const verificationOf = async (owner: Owner) => (await store.load(verifications, streamOf(owner))).state;

  async function followApproval(event: StoredEvent): Promise<void> {
    const { account_id, user_id, verification_id } = aboutOf(event);
    const owner = { account_id, user_id };
    const isDone = async () => {
      const { state } = await store.load(profile, streamOf(owner));
      return (
        state.badge?.verification_id === verification_id || !asApproved(await verificationOf(owner), verification_id)
      );
    };
    if (!(await isOverdue(event, isDone))) return;
    const course = asApproved(await verificationOf(owner), verification_id);
    if (!course) return;
    const approval = { ...owner, asked: course.asked, event_id: event.id, approved_at: event.metadata.occurred_at };
    await giveBadge(store, actingOn(event, principal, user_id), approval);
  }

  /** Also of a badge that was given in the moment in which its verification lapsed. */
  async function followLapse(event: StoredEvent): Promise<void> {
    const { account_id, user_id, verification_id } = aboutOf(event);
    const { commandId: id, context, now } = actingOn(event, principal, user_id);
    const changed = event.data.changed as VerifiableField[];
    await store.execute(profile, streamOf({ account_id, user_id }), {
      ...{ id, context, now },
      decide: (state: ProfileState) =>
        state.badge?.verification_id === verification_id ? lapsed({ account_id, user_id }, state, changed, now) : [],
    });
  }

  async function followBadge(event: StoredEvent): Promise<void> {
    const { account_id, user_id, verification_id } = aboutOf(event);
    const { commandId: id, context, now } = actingOn(event, principal, user_id);
    const changed = event.data.changed as VerifiableField[];
    const command = { account_id, user_id, verification_id, changed, now };
    await store.execute(verifications, streamOf(command), {
      ...{ id, context, now },
      decide: (state: Verification) => lapseVerification(command, state),
    });
  }

  async function withdrawOf(event: StoredEvent): Promise<void> {
    const { account_id, user_id } = event.data as unknown as Owner;
    const { commandId: id, context, now } = actingOn(event, principal, user_id);
    const command = { account_id, user_id, reason: 'membership-ended', now } as const;
    await store.execute(verifications, streamOf(command), {
      ...{ id, context, now },
      decide: (state: Verification) =>
        state.course.status === 'requested' ? withdrawVerification(command, state) : [],
    });
  }

  return {
    name: 'keep-verifications',
    categories: ['verification', 'profile', 'membership'],
    on: {
      VerificationApproved: followApproval,
      VerificationLapsed: followLapse,
      VerificationDocumentRemoved: (event) => removeBytes(objects, [event]),
      ProfileVerificationLapsed: followBadge,
      MembershipEnded: withdrawOf,
    },
  };
}
