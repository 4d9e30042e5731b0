import { z } from 'zod';
import { Condition } from '../../conditions.js';
import { builtInRoles, permissions } from '../../permissions.js';
import { oneLine } from '../personal.js';

export const PermissionInfo = z.object({
  name: z.enum(permissions),
  description: z.string(),
  resource: z.string(),
  action: z.string(),
  conditions: z.array(z.string()),
});

/** A built-in role by its name, or a role of the account by its id: so none of the account can pass for a built-in one. */
export const RoleId = z.union([z.enum(builtInRoles), z.uuid()]);
export type RoleId = z.infer<typeof RoleId>;

/** What a role gives, and under which conditions; without any it always holds. */
export const RolePermission = z.strictObject({
  permission: z.enum(permissions),
  conditions: z.array(Condition).max(5).default([]),
});
export type RolePermission = z.infer<typeof RolePermission>;

export const RoleInfo = z.object({
  id: RoleId,
  name: z.string(),
  description: z.string(),
  built_in: z.boolean(),
  /** Place in the hierarchy, 0 the strongest; null outside it and for roles of the account. */
  rank: z.number().int().nullable(),
  parent: RoleId.nullable(),
  active: z.boolean(),
  /** Its own; those of its parents come in addition. */
  permissions: z.array(RolePermission),
});
export type RoleInfo = z.infer<typeof RoleInfo>;

/** A role of the account, whole. */
export const RoleInput = z.strictObject({
  name: oneLine(100),
  description: z.string().trim().max(500).default(''),
  parent: RoleId.nullable().default(null),
  active: z.boolean().default(true),
  permissions: z.array(RolePermission).max(50).default([]),
});

/** Somebody who has a role: as the role of their membership, or because it was given to them as well. */
export const RoleMember = z.object({
  user_id: z.uuid(),
  name: z.string(),
  email: z.string(),
  source: z.enum(['membership', 'grant']),
  since: z.iso.datetime(),
  valid_from: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable(),
});
