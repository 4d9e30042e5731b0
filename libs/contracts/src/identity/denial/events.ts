import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { askedFields, askerKeys, times } from '../conduct/asked.js';

/** Somebody who had signed in asked for something and was answered 403. */
export const AccessDenied = event('AccessDenied', {
  category: 'denial',
  audit: { entity: 'Access', action: 'INSERT', keys: askerKeys, outcome: 'denied' },
  data: z.object({
    ...askedFields,
    /** Code of the problem they were answered with. */
    code: z.string(),
    /** The role or permission that was missing, where it is one. */
    required: z.string().nullable(),
    times,
  }),
});

export const denialEvents = [AccessDenied] as const;

export type DenialEvent = EventOf<typeof AccessDenied>;
