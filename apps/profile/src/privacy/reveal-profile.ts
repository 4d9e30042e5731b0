import { requirePermission } from '@annals/auth';
import {
  type EventOf,
  type getMemberProfileRoute,
  guardedFieldNames,
  Problem,
  type ProfileDisclosed,
  type SeenProfile,
} from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import { type Reply, type RouteRequest, written } from '@annals/service';
import { type Owner, ownerOf, streamOf } from '../owner.js';
import { requireUnrestricted } from '../restriction/restriction.js';
import type { ProfileParts } from '../routes.js';
import { memberUnknown, seenProfile } from './seen-profile.js';

/** Who was shown a person's whole profile. Nothing is decided on it, so there is nothing to remember. */
export const disclosures: Aggregate<null> = { category: 'disclosure', initial: null, evolve: () => null };

export interface RevealProfile extends Owner {
  viewer_id: string;
  reason: string;
  now: string;
}

/** Each time is a fact of its own: who looks twice has looked twice. */
export function decideRevealProfile(command: RevealProfile, shown: SeenProfile): EventOf<typeof ProfileDisclosed>[] {
  const { account_id, user_id, viewer_id, reason, now } = command;
  // The picture stands among the fields once there is one.
  const values: Readonly<Record<string, unknown>> = shown;
  const fields = guardedFieldNames.filter((name) => values[name] != null);
  return [{ type: 'ProfileDisclosed', data: { account_id, user_id, viewer_id, fields, reason, disclosed_at: now } }];
}

/**
 * Everything, to who may see it and says why. That they did is durable before they do.
 * @throws Problem 403 `permission-required`, `processing-restricted`, 400 `reason-required`, 404 `member-unknown`
 */
export async function revealProfile(
  parts: Pick<ProfileParts, 'store' | 'folds' | 'pool' | 'members' | 'avatarLinks'>,
  person: Owner,
  { context, query, minPosition, commandId: id, now }: RouteRequest<(typeof getMemberProfileRoute)['definition']>,
): Promise<Reply> {
  requirePermission(context, 'READ_PII', { ownerId: person.user_id });
  const { reason } = query;
  if (reason === undefined) throw reasonRequired();
  await requireUnrestricted(parts.folds, person, minPosition);
  const seen = await seenProfile(parts, 'self', person, minPosition);
  if (!seen) throw memberUnknown();
  const command = { ...person, viewer_id: ownerOf(context).user_id, reason, now };
  const decide = () => decideRevealProfile(command, seen.profile);
  const outcome = await parts.store.execute(disclosures, streamOf(person), { id, context, now, decide });
  return { ...written(outcome, () => seen.profile), revision: null };
}

const reasonRequired = (): Problem =>
  new Problem(400, 'reason-required', 'Say why you have to see it: the person can read it', {
    fields: [{ path: 'reason', code: 'required', message: 'must say why' }],
  });
