import type { EmailEvent } from '@annals/contracts';
import type { Email } from './email.js';

export interface ClaimEmail {
  email_hash: string;
  user_id: string;
  now: string;
}

/** Gives a free address to a person. An address somebody has stays with that person, and nothing is said about it. */
export function claimEmail(email: Email, command: ClaimEmail): EmailEvent[] {
  if (email.kind === 'claimed') return [];
  const { email_hash, user_id, now } = command;
  return [{ type: 'EmailClaimed', data: { email_hash, user_id, claimed_at: now } }];
}
