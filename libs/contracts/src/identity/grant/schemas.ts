import { z } from 'zod';
import { oneLine } from '../personal.js';
import { RoleId } from '../role/schemas.js';

export const RoleGrantInput = z.strictObject({
  role_id: RoleId,
  valid_from: z.iso.datetime({ offset: true }).optional(),
  expires_at: z.iso.datetime({ offset: true }).optional(),
  reason: oneLine(500).optional(),
});

export const HeldRole = z.object({
  role_id: RoleId,
  name: z.string(),
  /** `membership`: the base role; `grant`: given beside it. */
  source: z.enum(['membership', 'grant']),
  state: z.enum(['active', 'scheduled', 'expired']),
  valid_from: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable(),
  granted_at: z.iso.datetime().nullable(),
  reason: z.string().nullable(),
  assigned_by_id: z.uuid().nullable(),
});
export type HeldRole = z.infer<typeof HeldRole>;
