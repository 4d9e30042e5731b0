import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { updated, updatedKeys as keys } from '../keys.js';

/** Fields that can be verified: what a document can show. */
export const verifiableFieldNames = ['name', 'date_of_birth', 'location', 'website', 'social_links'] as const;
export const VerifiableField = z.enum(verifiableFieldNames);
export type VerifiableField = z.infer<typeof VerifiableField>;

/** The badge in answers: which of the fields that the viewer may see were found to be true, and when the last of them was. */
export const VerifiedBadge = z.object({
  fields: z.array(VerifiableField).min(1),
  verified_at: z.iso.datetime(),
});
export type VerifiedBadge = z.infer<typeof VerifiedBadge>;

/** These fields, as they are now, were found to be true. */
export const ProfileVerified = event('ProfileVerified', {
  category: 'profile',
  data: z.strictObject({
    ...updated,
    verification_id: z.uuid(),
    fields: z.array(VerifiableField).min(1),
  }),
  audit: { entity: 'ProfileVerification', action: 'INSERT', keys: [...keys, 'verification_id'] },
});

/** Written in one append with the change that made it untrue. */
export const ProfileVerificationLapsed = event('ProfileVerificationLapsed', {
  category: 'profile',
  data: z.strictObject({
    ...updated,
    verification_id: z.uuid(),
    changed: z.array(VerifiableField).min(1),
  }),
  audit: { entity: 'ProfileVerification', action: 'DELETE', keys: [...keys, 'verification_id'] },
});

export const badgeEvents = [ProfileVerified, ProfileVerificationLapsed] as const;
export type BadgeEvent = EventOf<(typeof badgeEvents)[number]>;
