import type { EmailEvent, EventOf, EmailReleased } from '@annals/contracts';
import type { Email } from './email.js';

export interface ReleaseEmail {
  email_hash: string;
  user_id: string;
  reason: EventOf<typeof EmailReleased>['data']['reason'];
  /** Only this claim of the person: they may have given the address up and come back to it since. */
  claimed_at?: string;
}

/** Frees an address that its holder does not use. Another holder's claim is left alone. */
export function releaseEmail(email: Email, { claimed_at, ...released }: ReleaseEmail): EmailEvent[] {
  if (email.kind === 'free' || email.user_id !== released.user_id) return [];
  if (claimed_at !== undefined && claimed_at !== email.claimed_at) return [];
  return [{ type: 'EmailReleased', data: released }];
}
