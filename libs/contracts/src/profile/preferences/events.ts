import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { updated, updatedKeys as keys } from '../keys.js';
import { sinceSparse } from './older-events.js';
import { AccountPreferencesDocument, PreferencesDocument } from './schemas.js';

/**
 * Carries the choices that changed, and only those, each field as it is now chosen: what it does not name below itself is
 * not chosen. Null says that nothing of the field is chosen any more.
 */
export const PreferencesUpdated = event('PreferencesUpdated', {
  category: 'preferences',
  version: 2,
  data: PreferencesDocument.extend(updated),
  subject: 'user_id',
  audit: { entity: 'Preferences', action: 'UPDATE', keys },
  upcasters: { 1: sinceSparse },
});

/** As `PreferencesUpdated`, for what holds in an account where its people have not chosen. */
export const AccountPreferencesUpdated = event('AccountPreferencesUpdated', {
  category: 'accountpreferences',
  data: AccountPreferencesDocument.extend({ account_id: z.uuid(), updated_at: z.iso.datetime() }),
  audit: { entity: 'AccountPreferences', action: 'UPDATE', keys: ['account_id', 'updated_at'] },
});

export const preferencesEvents = [PreferencesUpdated, AccountPreferencesUpdated] as const;
export type PreferencesEvent = EventOf<(typeof preferencesEvents)[number]>;
