import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';
import { userStatuses } from '../user/schemas.js';

export const Member = z.object({
  user_id: z.uuid(),
  membership_id: z.string(),
  email: z.string(),
  name: z.string(),
  status: z.enum(userStatuses),
  role: z.enum(builtInRoles),
  since: z.iso.datetime(),
});

export const MemberRole = z.strictObject({ role: z.enum(builtInRoles) });

/** A membership as its owner has it. */
export const Membership = z.object({
  membership_id: z.string(),
  account_id: z.uuid(),
  user_id: z.uuid(),
  role: z.enum(builtInRoles),
});
