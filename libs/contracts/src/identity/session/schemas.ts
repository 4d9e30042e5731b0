import { z } from 'zod';

export const Session = z.object({
  id: z.uuid(),
  device_id: z.uuid(),
  device_name: z.string().nullable(),
  /** Where the sign-in came from. */
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  auth_methods: z.array(z.string()),
  /** Where it was last used, roughly; null for an address whose place is not known. */
  last_place: z.object({ country: z.string(), region: z.string().nullable() }).nullable(),
  /** The network it was last used from: an address without its end, as in `198.51.100.0/24`. */
  last_network: z.string().nullable(),
  started_at: z.iso.datetime(),
  last_activity_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  current: z.boolean(),
});

export const SessionsEnded = z.object({ ended: z.number().int() });
