import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

/** Somebody who had signed in asked for something and was answered 403. */
export const AccessDenied = event('AccessDenied', {
  category: 'denial',
  audit: {
    entity: 'Access',
    action: 'INSERT',
    keys: ['account_id', 'user_id', 'principal'],
    outcome: 'denied',
  },
  data: z.object({
    /** Null where they asked about an account that is not theirs: it must not stand in a stranger's log. */
    account_id: z.uuid().nullable(),
    user_id: z.uuid().nullable(),
    /** Service account, when it was no person. */
    principal: z.string().nullable(),
    method: z.string(),
    /** Template of the path; never what somebody made up. */
    route: z.string(),
    operation: z.string(),
    /** Code of the problem they were answered with. */
    code: z.string(),
    /** The role or permission that was missing, where it is one. */
    required: z.string().nullable(),
    /** How often within the minute before: repetitions of the same are told together. */
    times: z.number().int().positive(),
  }),
});

export const denialEvents = [AccessDenied] as const;

export type DenialEvent = EventOf<typeof AccessDenied>;
