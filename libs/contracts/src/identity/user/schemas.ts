import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';
import { EmailAddress, oneLine, PersonName, PictureUrl } from '../personal.js';

export const userStatuses = ['pending', 'active', 'disabled', 'deleted'] as const;

export const UserSummary = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  status: z.enum(userStatuses),
});

export const User = UserSummary.extend({
  profile_image: z.string().nullable(),
  is_super_admin: z.boolean(),
  provider_ids: z.array(z.string()),
  /** Memberships the caller may know of: those of the account that asks, and those that the caller has just given. */
  user_accounts: z.array(z.object({ account_id: z.uuid(), role: z.enum(builtInRoles) })),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  created_by_id: z.uuid().nullable(),
  updated_by_id: z.uuid().nullable(),
  deleted_at: z.iso.datetime().nullable(),
  deleted_by_id: z.uuid().nullable(),
});

export const CreateUserBody = z.strictObject({
  email: EmailAddress,
  name: PersonName,
  profile_image: PictureUrl.nullable().default(null),
  /** Further accounts the person becomes a member of; the caller is ADMIN in each. */
  account_ids: z.array(z.uuid()).max(20).default([]),
  role: z.enum(builtInRoles).default('VIEWER'),
});

/** `active` lets a disabled person in again; a person who has not come yet stays pending. */
const status = z.enum(['active', 'disabled']);

export const ReplaceUserBody = z.strictObject({ name: PersonName, profile_image: PictureUrl.nullable(), status });

/** JSON merge patch (RFC 7396): what is left out stays, a picture of `null` goes. */
export const PatchUserBody = ReplaceUserBody.partial();

export const DisableUserBody = z.strictObject({ reason: oneLine(500).nullable().default(null) }).prefault({});
