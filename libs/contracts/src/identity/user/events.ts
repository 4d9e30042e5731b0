import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { personalEmail, personalName } from '../personal.js';

const User = (action: 'INSERT' | 'UPDATE' | 'DELETE') => ({ entity: 'User', action, keys: ['user_id'] as const });

/** A person became known. `home_account_id` is null for somebody whom an administrator created. */
export const UserRegistered = event('UserRegistered', {
  category: 'user',
  subject: 'user_id',
  audit: User('INSERT'),
  data: z.object({
    user_id: z.uuid(),
    email: personalEmail(),
    /** Keyed hash of the address: the id of its claim. */
    email_hash: z.string(),
    name: personalName(),
    home_account_id: z.uuid().nullable(),
    /** `pending` until the address is verified. */
    status: z.enum(['pending', 'active']),
  }),
});

/** A registration that stopped halfway was given up, so its address is free again; it can never complete later. */
export const RegistrationAbandoned = event('RegistrationAbandoned', {
  category: 'user',
  audit: User('DELETE'),
  data: z.object({ user_id: z.uuid(), email_hash: z.string() }),
});

/** The person asked for the verification mail again. */
export const EmailVerificationRequested = event('EmailVerificationRequested', {
  category: 'user',
  audit: User('UPDATE'),
  data: z.object({ user_id: z.uuid(), email_hash: z.string(), requested_at: z.iso.datetime() }),
});

/** The person proved to hold the address; a pending user is active from here on. */
export const EmailVerified = event('EmailVerified', {
  category: 'user',
  audit: User('UPDATE'),
  data: z.object({ user_id: z.uuid(), email_hash: z.string(), status: z.literal('active') }),
});

export const UserDisabled = event('UserDisabled', {
  category: 'user',
  audit: User('UPDATE'),
  data: z.object({ user_id: z.uuid(), status: z.literal('disabled'), reason: z.string().nullable() }),
});

export const UserEnabled = event('UserEnabled', {
  category: 'user',
  audit: User('UPDATE'),
  data: z.object({ user_id: z.uuid(), status: z.enum(['pending', 'active']) }),
});

export const SuperAdminGranted = event('SuperAdminGranted', {
  category: 'user',
  audit: User('UPDATE'),
  data: z.object({ user_id: z.uuid(), is_super_admin: z.literal(true), reason: z.string() }),
});

export const userEvents = [
  UserRegistered,
  RegistrationAbandoned,
  EmailVerificationRequested,
  EmailVerified,
  UserDisabled,
  UserEnabled,
  SuperAdminGranted,
] as const;

export type UserEvent =
  | EventOf<typeof UserRegistered>
  | EventOf<typeof RegistrationAbandoned>
  | EventOf<typeof EmailVerificationRequested>
  | EventOf<typeof EmailVerified>
  | EventOf<typeof UserDisabled>
  | EventOf<typeof UserEnabled>
  | EventOf<typeof SuperAdminGranted>;
