import { objectsUrlShape, readObjectsUrl } from '@annals/objects';
import { baseConfig, readWith } from '@annals/service';
import { z } from 'zod';

/** Settings of the export service. */
export const exportConfig = z.object({
  ...baseConfig,
  OBJECTS_URL: readWith(readObjectsUrl).describe(`Store of pictures, evidence and documents: ${objectsUrlShape}`),
  USER_DATA_EXPORT_LIMIT: z.coerce.number().int().positive().default(104_857_600).describe('Largest export in bytes'),
  EXPORT_LIFETIME_HOURS: z.coerce.number().positive().default(72).describe('How long a document may be fetched'),
  IDENTITY_URL: z.url().describe('Where the identity service answers'),
  PROFILE_URL: z.url().describe('Where the profile service answers'),
  ACTIVITY_URL: z.url().describe('Where the activity service answers'),
});
