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
