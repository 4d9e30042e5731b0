import { z } from 'zod';
import { permissions } from '../../permissions.js';

export const apiKeyStatuses = ['active', 'expired', 'revoked'] as const;

/** A key of a service account. Its text is shown once, when it is made. */
export const ApiKey = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(z.enum(permissions)),
  status: z.enum(apiKeyStatuses),
  created_at: z.iso.datetime(),
  created_by_id: z.uuid(),
  expires_at: z.iso.datetime(),
  /** To the minute; null when it was never used. */
  last_used_at: z.iso.datetime().nullable(),
});

/** A key with its text, which nothing shows again. */
export const IssuedApiKey = ApiKey.extend({
  /** `annals_…`, to be sent as `Authorization: Bearer`. */
  key: z.string(),
});
