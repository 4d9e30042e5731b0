import { z } from 'zod';
import { Condition } from '../../conditions.js';
import { builtInRoles, permissions } from '../../permissions.js';
import { HeldRole } from '../grant/schemas.js';
import { RoleId } from '../role/schemas.js';

/** One way by which a permission reaches somebody: a role they have, up its parents. */
export const PermissionPath = z.object({
  role: HeldRole,
  /** From the role they have to the one that holds the permission. */
  via: z.array(z.object({ role_id: RoleId, name: z.string() })),
  conditions: z.array(z.object({ condition: Condition, holds: z.boolean() })),
  /** Whether this way gives the permission now: the role is in force and all conditions hold. */
  grants: z.boolean(),
});
export type PermissionPath = z.infer<typeof PermissionPath>;

export const ExplainedPermission = z.object({
  permission: z.enum(permissions),
  granted: z.boolean(),
  paths: z.array(PermissionPath),
});

/** What somebody may do in the account, and why. */
export const EffectivePermissions = z.object({
  user_id: z.uuid(),
  role: z.enum(builtInRoles).nullable(),
  roles: z.array(RoleId),
  /** When this changes by itself, because a grant begins or ends. */
  valid_until: z.iso.datetime().nullable(),
  permissions: z.array(ExplainedPermission),
});

export const PermissionCheck = z.strictObject({
  /** The caller unless said. */
  user_id: z.uuid().optional(),
  permission: z.enum(permissions),
  /** Owner and attributes of the thing asked about; a condition on what is not said does not hold. */
  owner_id: z.uuid().optional(),
  attributes: z.record(z.string().max(100), z.union([z.string().max(200), z.number(), z.boolean()])).optional(),
  /** For oneself the address of the request unless said. */
  ip_address: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** Now unless said: by the grants and roles of today. */
  at: z.iso.datetime({ offset: true }).optional(),
});
export type PermissionCheck = z.infer<typeof PermissionCheck>;

export const checkReasons = ['granted', 'conditions-not-met', 'not-held', 'not-a-member'] as const;

export const CheckedPermission = z.object({
  user_id: z.uuid(),
  permission: z.enum(permissions),
  granted: z.boolean(),
  reason: z.enum(checkReasons),
  /** The way by which it is granted; null when it is not. */
  via: z.array(RoleId).nullable(),
});
export type CheckedPermission = z.infer<typeof CheckedPermission>;
