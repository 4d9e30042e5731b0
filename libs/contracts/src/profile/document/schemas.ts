import { z } from 'zod';
import { pii, type PersonalDataCategory } from '../../personal-data.js';
import { Avatar } from '../avatar/schemas.js';
import { webLink } from '../link.js';
import { lineOf, phoneNumber, textOf } from '../text.js';
import { handleText } from './handle-text.js';
import { VerifiedBadge } from '../verification/badge.js';
import { SocialLinks } from './social-links.js';

const personal = <S extends z.ZodType>(schema: S, category: PersonalDataCategory): S =>
  pii(schema, { category, purpose: 'profile', basis: 'contract', retention: 'account' });

const EmergencyContact = z.strictObject({
  name: lineOf(200),
  phone_number: phoneNumber,
  relationship: lineOf(100).nullable().default(null),
});

/** What a person says about themselves. The one list of profile fields; every other schema is derived from it. */
export const profileFields = {
  handle: personal(handleText, 'identity'),
  name: personal(lineOf(200), 'identity'),
  pronouns: personal(lineOf(40), 'identity'),
  bio: personal(textOf(2000), 'content'),
  location: personal(lineOf(200), 'location'),
  website: personal(webLink, 'contact'),
  social_links: personal(SocialLinks, 'contact'),
  date_of_birth: personal(
    z.iso.date('must be a date like 1990-12-31').refine((date) => date >= '1900-01-01', 'must not be before 1900'),
    'identity',
  ),
  phone_number: personal(phoneNumber, 'contact'),
  emergency_contact: personal(EmergencyContact, 'contact'),
};
export type ProfileField = keyof typeof profileFields;
export const profileFieldNames = Object.keys(profileFields) as ProfileField[];

/** Any of the fields; null and absent both mean "not set". The body of PUT and the data of `ProfileUpdated`. */
export const ProfileDocument = z.strictObject({
  handle: profileFields.handle.nullish(),
  name: profileFields.name.nullish(),
  pronouns: profileFields.pronouns.nullish(),
  bio: profileFields.bio.nullish(),
  location: profileFields.location.nullish(),
  website: profileFields.website.nullish(),
  social_links: profileFields.social_links.nullish(),
  date_of_birth: profileFields.date_of_birth.nullish(),
  phone_number: profileFields.phone_number.nullish(),
  emergency_contact: profileFields.emergency_contact.nullish(),
});
export type ProfileDocument = z.infer<typeof ProfileDocument>;

/** JSON merge patch (RFC 7396) of a profile: null removes, absent keeps, objects merge key by key. */
export const ProfilePatch = ProfileDocument.extend({
  social_links: z.record(z.string(), webLink.nullable()).nullish(),
  emergency_contact: z
    .strictObject({
      name: EmergencyContact.shape.name,
      phone_number: EmergencyContact.shape.phone_number,
      relationship: lineOf(100).nullable(),
    })
    .partial()
    .nullish(),
});
export type ProfilePatch = z.infer<typeof ProfilePatch>;

/** Every field, null when not set. */
export const everyProfileField = {
  handle: profileFields.handle.nullable(),
  name: profileFields.name.nullable(),
  pronouns: profileFields.pronouns.nullable(),
  bio: profileFields.bio.nullable(),
  location: profileFields.location.nullable(),
  website: profileFields.website.nullable(),
  social_links: profileFields.social_links.nullable(),
  date_of_birth: profileFields.date_of_birth.nullable(),
  phone_number: profileFields.phone_number.nullable(),
  emergency_contact: profileFields.emergency_contact.nullable(),
};

/** A person's own profile in one account. */
export const Profile = z.object({
  user_id: z.uuid(),
  account_id: z.uuid(),
  ...everyProfileField,
  avatar: Avatar.nullable(),
  verified: VerifiedBadge.nullable(),
  /** Null while nothing was ever set. */
  updated_at: z.iso.datetime().nullable(),
});
export type Profile = z.infer<typeof Profile>;
