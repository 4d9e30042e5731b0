import { baseConfig, secretKey } from '@annals/service';
import { z } from 'zod';

/** Settings of the profile service. */
export const profileConfig = z.object({
  ...baseConfig,
  OBJECTS_DIR: z.string().describe('Folder of pictures and evidence'),
  LOOKUP_SECRET: secretKey.describe(
    'Keys the hashes in stream names; never changes: 32 bytes in base64, or file:<path>',
  ),
});
