import type { UserEvent } from '@annals/contracts';
import type { User } from './user.js';

/**
 * Closes the stream of a person whose registration never got past the claim of the address, so that a registration that
 * wakes up late finds the door shut instead of making a second user of one address.
 */
export function abandonRegistration(user: User, command: { user_id: string; email_hash: string }): UserEvent[] {
  return user.kind === 'unknown' ? [{ type: 'RegistrationAbandoned', data: command }] : [];
}
