import {
  type ProfileDocument,
  type ProfileEvent,
  profileFieldNames,
  type VerifiableField,
  verifiableFieldNames,
} from '@annals/contracts';
import { changedFields } from '../document/changed-fields.js';
import { type Owner } from '../owner.js';
import { keptFields } from './kept-fields.js';
import { type ProfileState } from './profile.js';

/**
 * The events that turn the present profile into the wanted one; none when they are the same. A badge that would no longer be
 * true lapses with the same append. Only what differs is looked at: a value that rules of a later day would refuse stays
 * while nobody touches it.
 * @throws Problem 400 `profile-field-invalid`
 */
export function updateTo(wanted: ProfileDocument, owner: Owner, now: string, state: ProfileState): ProfileEvent[] {
  const kept = keptFields(changedFields<ProfileDocument>(profileFieldNames, state.fields, wanted), now);
  const touched = profileFieldNames.filter((name) => name in kept);
  const changed = changedFields<ProfileDocument>(touched, state.fields, kept);
  if (Object.keys(changed).length === 0) return [];
  const { account_id, user_id } = owner;
  const names = verifiableFieldNames.filter((name) => name in changed && state.badge?.fields.includes(name));
  return [
    { type: 'ProfileUpdated', data: { account_id, user_id, ...changed, updated_at: now } },
    ...lapsed(owner, state, names, now),
  ];
}

/** The end of the badge when fields it speaks of change. */
export function lapsed(
  { account_id, user_id }: Owner,
  { badge }: ProfileState,
  changed: VerifiableField[],
  now: string,
): ProfileEvent[] {
  if (!badge || changed.length === 0) return [];
  const { verification_id } = badge;
  return [
    { type: 'ProfileVerificationLapsed', data: { account_id, user_id, verification_id, changed, updated_at: now } },
  ];
}
