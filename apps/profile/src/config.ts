import { objectsUrlShape, readObjectsUrl } from '@annals/objects';
import { baseConfig, readWith, secretKey } from '@annals/service';
import { z } from 'zod';

/** Settings of the profile service. */
export const profileConfig = z.object({
  ...baseConfig,
  OBJECTS_URL: readWith(readObjectsUrl).describe(`Store of pictures, evidence and documents: ${objectsUrlShape}`),
  LOOKUP_SECRET: secretKey.describe(
    'Keys the hashes in stream names; never changes: 32 bytes in base64, or file:<path>',
  ),
  VERIFICATION_EVIDENCE_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3650)
    .default(30)
    .describe('Days that evidence of a verification is kept after the decision'),
});
