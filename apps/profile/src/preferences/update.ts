import { preferenceFieldNames, type PreferencesDocument, type PreferencesEvent } from '@annals/contracts';
import { changedFields } from '../document/changed-fields.js';
import { type Owner } from '../owner.js';
import { type PreferencesState } from './preferences.js';

/** The event that turns the present choices into the wanted ones; none when they are the same. */
export function updateTo(
  wanted: PreferencesDocument,
  owner: Owner,
  now: string,
  state: PreferencesState,
): PreferencesEvent[] {
  const changed = changedFields<PreferencesDocument>(preferenceFieldNames, state.chosen, wanted);
  if (Object.keys(changed).length === 0) return [];
  const { account_id, user_id } = owner;
  return [{ type: 'PreferencesUpdated', data: { account_id, user_id, ...changed, updated_at: now } }];
}
