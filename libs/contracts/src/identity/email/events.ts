import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

/** The stream is named by the keyed hash of the address, so one append decides who has it. */
export const EmailClaimed = event('EmailClaimed', {
  category: 'email',
  audit: { entity: 'Email', action: 'INSERT', keys: ['email_hash'] },
  data: z.object({ email_hash: z.string(), user_id: z.uuid(), claimed_at: z.iso.datetime() }),
});

export const EmailReleased = event('EmailReleased', {
  category: 'email',
  audit: { entity: 'Email', action: 'DELETE', keys: ['email_hash'] },
  data: z.object({
    email_hash: z.string(),
    user_id: z.uuid(),
    reason: z.enum(['registration-abandoned', 'changed', 'change-abandoned', 'erased']),
  }),
});

export const emailEvents = [EmailClaimed, EmailReleased] as const;

export type EmailEvent = EventOf<typeof EmailClaimed> | EventOf<typeof EmailReleased>;
