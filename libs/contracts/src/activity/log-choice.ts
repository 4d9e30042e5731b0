import { z } from 'zod';

/** `house`: the log of no account instead of this one's; for super admins. */
export const logChoice = { log: z.enum(['house']).optional() };
