import { readSigningKey } from '@annals/ledger';
import { objectsUrlShape, readObjectsUrl } from '@annals/objects';
import { baseConfig, readWith } from '@annals/service';
import { z } from 'zod';

/** Settings of the export service. */
export const exportConfig = z.object({
  ...baseConfig,
  OBJECTS_URL: readWith(readObjectsUrl).describe(`Store of pictures, evidence and documents: ${objectsUrlShape}`),
  USER_DATA_EXPORT_LIMIT: z.coerce.number().int().positive().default(104_857_600).describe('Largest export in bytes'),
  EXPORT_LIFETIME_HOURS: z.coerce.number().positive().default(72).describe('How long a document may be fetched'),
  EXPORTS_PER_PERSON: z.coerce.number().int().positive().default(3).describe('Exports of one person at a time'),
  EXPORTS_PER_ACCOUNT: z.coerce.number().int().positive().default(20).describe('Exports of one account at a time'),
  ERASURE_GRACE_HOURS: z.coerce
    .number()
    .min(0)
    .max(8_760)
    .default(168)
    .describe('How long an erasure may be cancelled before it begins'),
  ERASURE_ORIGIN: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'is an URL without scheme, such as annals.example/erasure')
    .default('annals/erasure')
    .describe('Who certifies erasures, as certificates name it'),
  ERASURE_SIGNING_KEY: readWith(readSigningKey).describe(
    'Ed25519 key that signs certificates of erasures, a JWK as JSON or a path',
  ),
  IDENTITY_URL: z.url().describe('Where the identity service answers'),
  PROFILE_URL: z.url().describe('Where the profile service answers'),
  ACTIVITY_URL: z.url().describe('Where the activity service answers'),
});
