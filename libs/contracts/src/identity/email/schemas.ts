import { z } from 'zod';
import { EmailAddress } from '../personal.js';

export const VerifyEmailBody = z.strictObject({ token: z.string().min(1).max(200) });
export const VerifiedEmail = z.object({ status: z.literal('verified') });
export const ResendVerificationBody = z.strictObject({ email: EmailAddress });
export const ChangeEmailBody = z.strictObject({ new_email: EmailAddress });
export const ConfirmEmailBody = z.strictObject({ token: z.string().min(1).max(200) });
export const ConfirmedEmail = z.object({ status: z.literal('changed') });
