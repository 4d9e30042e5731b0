import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

/** A key that signs access tokens was made. The key itself is in no event. */
export const SigningKeyAdded = event('SigningKeyAdded', {
  category: 'signingkey',
  audit: { entity: 'SigningKey', action: 'INSERT', keys: ['kid'] },
  data: z.object({
    kid: z.string(),
    /** From when it signs. */
    signs_from: z.iso.datetime(),
    /** The key that signs until then and retires with it; null for the first. */
    replaces: z.string().nullable(),
  }),
});

export const signingKeyEvents = [SigningKeyAdded] as const;

export type SigningKeyEvent = EventOf<typeof SigningKeyAdded>;
