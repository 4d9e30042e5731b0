import { z } from 'zod';
import { oneLine } from '../personal.js';

export const Device = z.object({
  id: z.uuid(),
  /** As the person calls it, else as the last sign-in on it did. */
  name: z.string().nullable(),
  trusted: z.boolean(),
  user_agent: z.string().nullable(),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  active_sessions: z.number().int(),
  current: z.boolean(),
});
export type DeviceBody = z.infer<typeof Device>;

export const ChangeDeviceBody = z
  .strictObject({ name: oneLine(100).optional(), trusted: z.boolean().optional() })
  .refine(({ name, trusted }) => name !== undefined || trusted !== undefined, 'say what to change');
