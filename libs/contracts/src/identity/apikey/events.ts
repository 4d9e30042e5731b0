import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { permissions } from '../../permissions.js';

const key = { account_id: z.uuid(), key_id: z.uuid() };
/** Names which text of the key is meant; the text itself is known to its holder alone. */
const credential_id = z.uuid();

export const ApiKeyCreated = event('ApiKeyCreated', {
  category: 'apikey',
  audit: { entity: 'ApiKey', action: 'INSERT', keys: ['account_id', 'key_id', 'credential_id'] },
  data: z.object({
    ...key,
    credential_id,
    name: z.string(),
    scopes: z.array(z.enum(permissions)),
    expires_at: z.iso.datetime(),
    created_by_id: z.uuid(),
    created_at: z.iso.datetime(),
  }),
});

/** The key got a new text. The one before it stops being good at `previous_valid_until`. */
export const ApiKeyRotated = event('ApiKeyRotated', {
  category: 'apikey',
  audit: { entity: 'ApiKey', action: 'UPDATE', keys: ['account_id', 'key_id', 'credential_id'] },
  data: z.object({ ...key, credential_id, previous_valid_until: z.iso.datetime() }),
});

export const ApiKeyRevoked = event('ApiKeyRevoked', {
  category: 'apikey',
  audit: { entity: 'ApiKey', action: 'DELETE', keys: ['account_id', 'key_id'] },
  data: z.object(key),
});

export const apiKeyEvents = [ApiKeyCreated, ApiKeyRotated, ApiKeyRevoked] as const;

export type ApiKeyEvent = EventOf<(typeof apiKeyEvents)[number]>;
