import type { EmailEvent } from '@annals/contracts';
import type { Email } from './email.js';

/** Frees an address whose holder gave up registering. Another holder's claim is left alone. */
export function releaseEmail(email: Email, command: { email_hash: string; user_id: string }): EmailEvent[] {
  if (email.kind === 'free' || email.user_id !== command.user_id) return [];
  return [{ type: 'EmailReleased', data: { ...command, reason: 'registration-abandoned' } }];
}
