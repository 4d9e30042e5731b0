import { z } from 'zod';
import { Avatar } from '../avatar/schemas.js';
import { pii } from '../../personal-data.js';
import { lineOf } from '../text.js';
import { everyProfileField, profileFieldNames, type ProfileField } from '../document/schemas.js';
import { VerifiedBadge } from '../verification/badge.js';

/** Who may see something: the person alone, members of the account, or anybody. From narrow to wide. */
export const visibilities = ['private', 'account', 'public'] as const;
export const Visibility = z.enum(visibilities);
export type Visibility = z.infer<typeof Visibility>;

/** What has a visibility of its own: every field of the profile, and the picture. */
export const guardedFieldNames = [...profileFieldNames, 'avatar'] as const;
export const GuardedField = z.enum(guardedFieldNames);
export type GuardedField = ProfileField | 'avatar';

/** Somebody else's data, so it is never anybody's. */
const inTheAccountAtMost = z.enum(['private', 'account'], 'must be private or account: it is about somebody else');

export const FieldVisibilities = z.strictObject({
  handle: Visibility,
  name: Visibility,
  pronouns: Visibility,
  bio: Visibility,
  location: Visibility,
  website: Visibility,
  social_links: Visibility,
  date_of_birth: Visibility,
  phone_number: Visibility,
  emergency_contact: inTheAccountAtMost,
  avatar: Visibility,
});
export type FieldVisibilities = z.infer<typeof FieldVisibilities>;

/** What holds while a person has decided nothing: colleagues see who one is, and nobody sees how to reach one. */
export const defaultPrivacy = {
  fields: {
    handle: 'account',
    name: 'account',
    pronouns: 'account',
    bio: 'account',
    location: 'account',
    website: 'account',
    social_links: 'account',
    date_of_birth: 'private',
    phone_number: 'private',
    emergency_contact: 'private',
    avatar: 'account',
  },
  searchable: true,
  activity_tracking: false,
} as const satisfies PrivacyChoices;

/** A person's decisions. */
export const PrivacyChoices = z.strictObject({
  fields: FieldVisibilities,
  /** Whether the directory of the account finds the person, by what its members may see. */
  searchable: z.boolean(),
  /** Consent to recording what the person does in clients, beyond what security and the audit log need. */
  activity_tracking: z.boolean(),
});
export type PrivacyChoices = z.infer<typeof PrivacyChoices>;

/** Decisions as a person writes them: what is left out is as the house holds it. The body of PUT. */
export const PrivacyDocument = z.strictObject({
  fields: FieldVisibilities.partial().optional(),
  searchable: PrivacyChoices.shape.searchable.optional(),
  activity_tracking: PrivacyChoices.shape.activity_tracking.optional(),
});
export type PrivacyDocument = z.infer<typeof PrivacyDocument>;

/** JSON merge patch (RFC 7396) of the decisions: null takes one back, absent keeps it. */
export const PrivacyPatch = z.strictObject({
  fields: z
    .strictObject({
      handle: Visibility.nullable(),
      name: Visibility.nullable(),
      pronouns: Visibility.nullable(),
      bio: Visibility.nullable(),
      location: Visibility.nullable(),
      website: Visibility.nullable(),
      social_links: Visibility.nullable(),
      date_of_birth: Visibility.nullable(),
      phone_number: Visibility.nullable(),
      emergency_contact: inTheAccountAtMost.nullable(),
      avatar: Visibility.nullable(),
    })
    .partial()
    .nullish(),
  searchable: PrivacyChoices.shape.searchable.nullish(),
  activity_tracking: PrivacyChoices.shape.activity_tracking.nullish(),
});
export type PrivacyPatch = z.infer<typeof PrivacyPatch>;

/** All of a person's privacy settings in one account, decided or as the house holds them. */
export const Privacy = z.object({
  user_id: z.uuid(),
  account_id: z.uuid(),
  ...PrivacyChoices.shape,
  /** Null while the person has decided nothing. */
  updated_at: z.iso.datetime().nullable(),
});
export type Privacy = z.infer<typeof Privacy>;

/** What somebody else sees of a profile: a field they may not see is null, exactly as one that is not set. */
export const SeenProfile = z.object({
  user_id: z.uuid(),
  account_id: z.uuid(),
  ...everyProfileField,
  avatar: Avatar.nullable(),
  verified: VerifiedBadge.nullable(),
  /** Of what is shown; null while the person has said nothing that the viewer may see. */
  updated_at: z.iso.datetime().nullable(),
});
export type SeenProfile = z.infer<typeof SeenProfile>;

/** What a profile looks like to somebody else, to the person it belongs to. */
export const ProfilePreview = z.object({
  /** Exactly what they are answered; null where they are answered 404, because there is nothing for them. */
  profile: SeenProfile.nullable(),
  /** Whether the directory finds the person for them. Who belongs to no account has no directory. */
  in_directory: z.boolean(),
});
export type ProfilePreview = z.infer<typeof ProfilePreview>;

/** Why somebody had to see a whole profile, in their words. It may say anything about the person, so it is that person's. */
export const personalReason = pii(lineOf(500), {
  ...{ category: 'content', purpose: 'profile', basis: 'legal_obligation', retention: 'account' },
});

/** One time that somebody was shown a person's whole profile. */
export const Disclosure = z.object({
  id: z.uuid(),
  viewer_id: z.uuid(),
  fields: z.array(GuardedField),
  /** Null once it was erased. */
  reason: z.string().nullable(),
  disclosed_at: z.iso.datetime(),
});
export type Disclosure = z.infer<typeof Disclosure>;
