import { z } from 'zod';
import { event } from '../../event.js';
import { personalEmail } from '../personal.js';

const audit = { entity: 'User', action: 'UPDATE', keys: ['user_id'] } as const;

/** The person wants to be reached at another address. The latest request is the one that counts. */
export const EmailChangeRequested = event('EmailChangeRequested', {
  category: 'user',
  subject: 'user_id',
  audit,
  data: z.object({
    user_id: z.uuid(),
    request_id: z.uuid(),
    new_email: personalEmail(),
    /** Keyed hash of the new address. */
    email_hash: z.string(),
    requested_at: z.iso.datetime(),
  }),
});

/** The person proved to hold the new address; it is theirs from here on, and the old one is anybody's. */
export const EmailChanged = event('EmailChanged', {
  category: 'user',
  subject: 'user_id',
  audit,
  data: z.object({
    user_id: z.uuid(),
    request_id: z.uuid(),
    email: personalEmail(),
    email_hash: z.string(),
    old_email_hash: z.string(),
    /** Whoever proved an address waits for no other proof. */
    status: z.literal('active'),
  }),
});
