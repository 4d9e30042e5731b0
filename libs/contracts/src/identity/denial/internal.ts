import { z } from 'zod';
import { IdentityContext, RequestContext } from '../../context.js';
import { AccessDenied } from './events.js';

/** Most denials in one `POST /internal/denials`. */
export const maxDenials = 500;

/** A denial as the gateway tells it: what was denied, and to whom in which request. */
export const Denial = z.strictObject({
  /** The same id is recorded once, however often it is told. */
  id: z.uuid(),
  denied: AccessDenied.data.strict(),
  by: z.strictObject(
    IdentityContext.pick({
      kind: true,
      session_id: true,
      temporary_roles: true,
      elevation_id: true,
    }).shape,
  ),
  request: z.strictObject(RequestContext.shape),
});
export type Denial = z.infer<typeof Denial>;

export const DenialBatch = z.strictObject({ denials: z.array(Denial).min(1).max(maxDenials) });

/** Most rows in one `POST /internal/permission-uses`. */
export const maxPermissionUses = 1_000;

/** How often somebody passed a guard by a permission or a role since the batch before. */
export const PermissionUse = z.strictObject({
  account_id: z.uuid(),
  user_id: z.uuid(),
  /** A permission, or a built-in role where the guard asks for one. */
  permission: z.string().max(100),
  uses: z.number().int().positive(),
  last_used_at: z.iso.datetime(),
});
export type PermissionUse = z.infer<typeof PermissionUse>;

/** The same batch counts once, however often it is told. */
export const PermissionUseBatch = z.strictObject({
  id: z.uuid(),
  uses: z.array(PermissionUse).min(1).max(maxPermissionUses),
});
