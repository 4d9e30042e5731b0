import { readSigningKey } from '@annals/ledger';
import { objectsUrlShape, readObjectsUrl } from '@annals/objects';
import { baseConfig, readWith, secretKey } from '@annals/service';
import { z } from 'zod';
import { termConfig } from './retention/term-config.js';

/** Settings of the activity service. */
export const activityConfig = z.object({
  ...baseConfig,
  ...termConfig,
  AUDIT_ORIGIN: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'is an URL without scheme, such as annals.example/audit')
    .default('annals/audit')
    .describe('Who keeps the audit logs, as signed checkpoints name it'),
  AUDIT_SIGNING_KEY: readWith(readSigningKey).describe(
    'Ed25519 key that signs checkpoints of the audit logs, a JWK as JSON or a path',
  ),
  AUDIT_WITNESS_URL: readWith(readObjectsUrl).describe(
    `Second place of the signed checkpoints, with credentials of its own: ${objectsUrlShape}`,
  ),
  IDENTITY_URL: z.url().describe('Where the identity service answers'),
  PROFILE_URL: z.url().describe('Where the profile service answers'),
  EXPORT_URL: z.url().describe('Where the export service answers'),
  ANALYTICS_SECRET: secretKey.describe(
    'Makes the pseudonyms in analytics; a new one starts them anew: 32 bytes in base64, or file:<path>',
  ),
});
export type ActivityConfig = z.output<typeof activityConfig>;
