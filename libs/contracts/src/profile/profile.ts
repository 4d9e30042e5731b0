import { z } from 'zod';
import { pii, type PersonalDataCategory } from '../personal-data.js';
import { lineOf, phoneNumber, textOf, webLink } from './text.js';

const personal = <S extends z.ZodType>(schema: S, category: PersonalDataCategory): S =>
  pii(schema, { category, purpose: 'profile', basis: 'contract', retention: 'account' });

const EmergencyContact = z.strictObject({
  name: lineOf(200),
  phone_number: phoneNumber,
  relationship: lineOf(100).nullable().default(null),
});

const SocialLinks = z
  .record(z.string().regex(/^[a-z][a-z0-9_-]{0,29}$/, 'must be the lower-case name of a network'), webLink)
  .refine((links) => Object.keys(links).length <= 20, 'must not have more than 20 links');

/** What a person says about themselves. The one list of profile fields; every other schema is derived from it. */
export const profileFields = {
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

/** Fields that every member of the account may see; the others are for the person alone. */
export const memberVisibleFields = ['name', 'pronouns', 'bio', 'location', 'website', 'social_links'] as const;

const { name, pronouns, bio, location, website, social_links, date_of_birth, phone_number, emergency_contact } =
  profileFields;
const openToMembers = {
  name: name.nullable(),
  pronouns: pronouns.nullable(),
  bio: bio.nullable(),
  location: location.nullable(),
  website: website.nullable(),
  social_links: social_links.nullable(),
};

/** Any of the fields; null and absent both mean "not set". The body of PUT and the data of `ProfileUpdated`. */
export const ProfileDocument = z.strictObject({
  name: name.nullish(),
  pronouns: pronouns.nullish(),
  bio: bio.nullish(),
  location: location.nullish(),
  website: website.nullish(),
  social_links: social_links.nullish(),
  date_of_birth: date_of_birth.nullish(),
  phone_number: phone_number.nullish(),
  emergency_contact: emergency_contact.nullish(),
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

/** A person's own profile in one account: every field is present, null when not set. */
export const Profile = z.object({
  user_id: z.uuid(),
  account_id: z.uuid(),
  ...openToMembers,
  date_of_birth: date_of_birth.nullable(),
  phone_number: phone_number.nullable(),
  emergency_contact: emergency_contact.nullable(),
  /** Null while the profile is empty. */
  updated_at: z.iso.datetime().nullable(),
});
export type Profile = z.infer<typeof Profile>;

/** What other members of the account see of it. */
export const MemberProfile = z.object({
  user_id: z.uuid(),
  account_id: z.uuid(),
  ...openToMembers,
  /** Null while the member has said nothing. */
  updated_at: z.iso.datetime().nullable(),
});
export type MemberProfile = z.infer<typeof MemberProfile>;
