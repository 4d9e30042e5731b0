import { z } from 'zod';

export const Session = z.object({
  id: z.uuid(),
  device_id: z.uuid(),
  device_name: z.string().nullable(),
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  auth_methods: z.array(z.string()),
  started_at: z.iso.datetime(),
  last_activity_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  current: z.boolean(),
});

export const Device = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
  user_agent: z.string().nullable(),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  active_sessions: z.number().int(),
  current: z.boolean(),
});

export const SessionsEnded = z.object({ ended: z.number().int() });
