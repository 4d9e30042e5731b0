import { event, type EventOf } from '../../event.js';
import { updated, updatedKeys as keys } from '../keys.js';
import { PreferencesDocument } from './schemas.js';

/** Carries the preferences that changed, and only those; null says that one went back to its default. */
export const PreferencesUpdated = event('PreferencesUpdated', {
  category: 'preferences',
  data: PreferencesDocument.extend(updated),
  subject: 'user_id',
  audit: { entity: 'Preferences', action: 'UPDATE', keys },
});

export const preferencesEvents = [PreferencesUpdated] as const;
export type PreferencesEvent = EventOf<(typeof preferencesEvents)[number]>;
