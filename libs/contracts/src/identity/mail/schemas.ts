import { z } from 'zod';

export const DevMail = z.object({
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  links: z.array(z.string()),
  /** Codes to paste, such as the verification token. */
  codes: z.array(z.string()),
  sent_at: z.iso.datetime(),
});
