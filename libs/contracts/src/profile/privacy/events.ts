import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { owner, updated, updatedKeys as keys } from '../keys.js';
import { FieldVisibilities, GuardedField, personalReason } from './schemas.js';

/** Carries the decisions that changed, and only those. */
export const ProfilePrivacyChanged = event('ProfilePrivacyChanged', {
  category: 'profile',
  data: z.strictObject({
    ...updated,
    fields: FieldVisibilities.partial().optional(),
    searchable: z.boolean().optional(),
    /** Of older times; today it is a consent of its own. */
    activity_tracking: z.boolean().optional(),
  }),
  audit: { entity: 'ProfilePrivacy', action: 'UPDATE', keys, parts: ['fields'] },
});

/** Somebody with the right to it was shown a person's whole profile. Written before they were. */
export const ProfileDisclosed = event('ProfileDisclosed', {
  category: 'disclosure',
  data: z.strictObject({
    ...owner,
    viewer_id: z.uuid(),
    /** What was set and shown. */
    fields: z.array(GuardedField),
    reason: personalReason,
    disclosed_at: z.iso.datetime(),
  }),
  subject: 'user_id',
  audit: { entity: 'ProfileDisclosure', action: 'INSERT', keys: ['account_id', 'user_id', 'disclosed_at'] },
});

export const privacyEvents = [ProfilePrivacyChanged, ProfileDisclosed] as const;
/** What happens to the profile itself. */
export type PrivacyEvent = EventOf<typeof ProfilePrivacyChanged>;
