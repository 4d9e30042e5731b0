import { Problem, type ProfileDocument, type ProfileEvent, profileFieldNames } from '@annals/contracts';
import { changedFields } from '../document/changed-fields.js';
import { type Owner } from '../owner.js';
import { type ProfileState } from './profile.js';

/**
 * The event that turns the present profile into the wanted one; none when they are the same.
 * @throws Problem 400 `birth-in-future`
 */
export function updateTo(wanted: ProfileDocument, owner: Owner, now: string, state: ProfileState): ProfileEvent[] {
  const changed = changedFields<ProfileDocument>(profileFieldNames, state.fields, wanted);
  if (Object.keys(changed).length === 0) return [];
  if (changed.date_of_birth && changed.date_of_birth > now.slice(0, 10)) {
    throw new Problem(400, 'birth-in-future', 'The date of birth lies in the future', {
      fields: [{ path: 'date_of_birth', code: 'too_big', message: 'must not lie in the future' }],
    });
  }
  const { account_id, user_id } = owner;
  return [{ type: 'ProfileUpdated', data: { account_id, user_id, ...changed, updated_at: now } }];
}
