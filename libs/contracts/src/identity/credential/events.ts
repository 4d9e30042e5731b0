import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

/** Wrong passwords reached a threshold. At most one event per threshold of a row of failures. */
export const SignInThrottled = event('SignInThrottled', {
  category: 'credential',
  audit: { entity: 'Credential', action: 'UPDATE', keys: ['user_id'] },
  data: z.object({ user_id: z.uuid(), failures: z.number().int().positive(), row_id: z.uuid() }),
});

export const credentialEvents = [SignInThrottled] as const;

export type CredentialEvent = EventOf<typeof SignInThrottled>;
