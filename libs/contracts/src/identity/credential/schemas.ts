import { z } from 'zod';

/** At least 8 characters; longer passphrases up to 256 are welcome and no kind of character is asked for (NIST 800-63B-4). */
export const Password = z.string().max(256);
