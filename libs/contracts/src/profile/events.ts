import { z } from 'zod';
import { event, type EventOf } from '../event.js';
import { PreferencesDocument } from './preferences.js';
import { ProfileDocument } from './profile.js';

const owner = { account_id: z.uuid(), user_id: z.uuid() };
/** `updated_at` rides along for the fold; as a change it would say nothing that the entry's own time does not. */
const updated = { ...owner, updated_at: z.iso.datetime() };
const keys = ['account_id', 'user_id', 'updated_at'] as const;

/** Carries the fields that changed, and only those; null says that the field was removed. */
export const ProfileUpdated = event('ProfileUpdated', {
  category: 'profile',
  data: ProfileDocument.extend(updated),
  subject: 'user_id',
  audit: { entity: 'Profile', action: 'UPDATE', keys },
});

/** Every field is gone; the next update starts from an empty profile. */
export const ProfileDeleted = event('ProfileDeleted', {
  category: 'profile',
  data: z.strictObject(owner),
  audit: { entity: 'Profile', action: 'DELETE', keys: ['account_id', 'user_id'] },
});

/** Carries the preferences that changed, and only those; null says that one went back to its default. */
export const PreferencesUpdated = event('PreferencesUpdated', {
  category: 'preferences',
  data: PreferencesDocument.extend(updated),
  subject: 'user_id',
  audit: { entity: 'Preferences', action: 'UPDATE', keys },
});

export type ProfileEvent = EventOf<typeof ProfileUpdated> | EventOf<typeof ProfileDeleted>;
export type PreferencesEvent = EventOf<typeof PreferencesUpdated>;

export const profileEvents = [ProfileUpdated, ProfileDeleted, PreferencesUpdated] as const;
