import { z } from 'zod';

/** A super admin's time in somebody else's account. */
export const Elevation = z.object({
  id: z.uuid(),
  account_id: z.uuid(),
  /** The session it counts for; other sessions of the same person are not elevated. */
  session_id: z.uuid(),
  current: z.boolean(),
  reason: z.string(),
  started_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});
