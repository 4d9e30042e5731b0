import { z } from 'zod';

/** The same for a free and for a taken address. */
export const Accepted = z.object({ status: z.literal('accepted'), message: z.string() });
