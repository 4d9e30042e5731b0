import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { updated, updatedKeys as keys } from '../keys.js';
import { FieldVisibilities } from './schemas.js';

/** Carries the decisions that changed, and only those. */
export const ProfilePrivacyChanged = event('ProfilePrivacyChanged', {
  category: 'profile',
  data: z.strictObject({
    ...updated,
    fields: FieldVisibilities.partial().optional(),
    searchable: z.boolean().optional(),
    activity_tracking: z.boolean().optional(),
  }),
  audit: { entity: 'ProfilePrivacy', action: 'UPDATE', keys },
});

export const privacyEvents = [ProfilePrivacyChanged] as const;
export type PrivacyEvent = EventOf<(typeof privacyEvents)[number]>;
