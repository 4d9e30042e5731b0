import { z } from 'zod';
import { AccountPolicies } from '../../identity/account/policies.js';
import { builtInRoles } from '../../permissions.js';

/** A role that a member was given beside the one of their membership. */
const GivenRole = z.object({
  role_id: z.string(),
  name: z.string(),
  valid_from: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable(),
});

/** A member as identity holds them. */
export const TakenMember = z.object({
  user: z.object({
    user_id: z.uuid(),
    email: z.string(),
    name: z.string(),
    profile_image: z.string().nullable(),
    status: z.string(),
    email_verified: z.boolean(),
    created_at: z.iso.datetime(),
  }),
  membership: z.object({ role: z.enum(builtInRoles), since: z.iso.datetime(), roles: z.array(GivenRole) }),
});
export type TakenMember = z.infer<typeof TakenMember>;

/**
 * What a member keeps in the account, as far as whoever asks may see it. A document is null when nothing was ever said in
 * it; what is in it is what they chose, without the defaults of the house and of the account.
 */
export const TakenDocuments = z.object({
  user_id: z.uuid(),
  profile: z.record(z.string(), z.unknown()).nullable(),
  privacy: z.record(z.string(), z.unknown()).nullable(),
  preferences: z.record(z.string(), z.unknown()).nullable(),
});
export type TakenDocuments = z.infer<typeof TakenDocuments>;

/** An open invitation. */
export const TakenInvitation = z.object({
  invitation_id: z.uuid(),
  email: z.string(),
  role: z.enum(builtInRoles),
  invited_by_id: z.uuid().nullable(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});
export type TakenInvitation = z.infer<typeof TakenInvitation>;

/** The account itself. */
export const TakenAccount = z.object({
  account_id: z.uuid(),
  kind: z.enum(['home', 'team']),
  name: z.string(),
  slug: z.string(),
  domain: z.string().nullable(),
  policies: AccountPolicies,
  created_at: z.iso.datetime(),
});
export type TakenAccount = z.infer<typeof TakenAccount>;
