import { z } from 'zod';
import { EmailAddress } from '../personal.js';

/** At least 8 characters; longer passphrases up to 256 are welcome and no kind of character is asked for (NIST 800-63B-4). */
export const Password = z.string().max(256);

export const ChangePasswordBody = z.strictObject({
  current_password: Password,
  new_password: Password,
  /** Sign out everywhere but here. */
  end_other_sessions: z.boolean().default(true),
});

export const ForgotPasswordBody = z.strictObject({ email: EmailAddress });

export const ResetPasswordBody = z.strictObject({
  /** From the mail: good once, for thirty minutes. */
  token: z.string().min(1).max(200),
  new_password: Password,
  /** Sign out everywhere. */
  end_other_sessions: z.boolean().default(true),
});
