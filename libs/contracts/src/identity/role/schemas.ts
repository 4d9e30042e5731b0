import { z } from 'zod';
import { builtInRoles, permissions } from '../../permissions.js';

export const PermissionInfo = z.object({
  name: z.enum(permissions),
  description: z.string(),
  resource: z.string(),
  action: z.string(),
  conditions: z.array(z.string()),
});

export const RoleInfo = z.object({
  id: z.enum(builtInRoles),
  name: z.string(),
  built_in: z.literal(true),
  /** Place in the hierarchy, 0 the strongest; null outside it. */
  rank: z.number().int().nullable(),
  permissions: z.array(z.enum(permissions)),
});
