import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { owner, updated, updatedKeys as keys } from '../keys.js';
import { ProfileDocument } from './schemas.js';

/** Carries the fields that changed, and only those; null says that the field was removed. */
export const ProfileUpdated = event('ProfileUpdated', {
  category: 'profile',
  data: ProfileDocument.extend(updated),
  subject: 'user_id',
  audit: { entity: 'Profile', action: 'UPDATE', keys },
});

/** Every field is gone; the next update starts from an empty profile. Privacy settings stay. */
export const ProfileDeleted = event('ProfileDeleted', {
  category: 'profile',
  data: z.strictObject(owner),
  audit: { entity: 'Profile', action: 'DELETE', keys: ['account_id', 'user_id'] },
});

export const documentEvents = [ProfileUpdated, ProfileDeleted] as const;
export type DocumentEvent = EventOf<(typeof documentEvents)[number]>;
