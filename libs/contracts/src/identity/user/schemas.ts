import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';

export const userStatuses = ['pending', 'active', 'disabled'] as const;

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
  /** Memberships the caller may know of: those of the account that asks. */
  user_accounts: z.array(z.object({ account_id: z.uuid(), role: z.enum(builtInRoles) })),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  created_by_id: z.uuid().nullable(),
  updated_by_id: z.uuid().nullable(),
});
