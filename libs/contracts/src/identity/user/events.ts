import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { builtInRoles } from '../../permissions.js';
import { personalEmail, personalName, personalPicture } from '../personal.js';
import { EmailChanged, EmailChangeRequested } from './address-events.js';

export * from './address-events.js';

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
    profile_image: personalPicture().default(null),
    /** The account that made this person known and looks after them; null for whoever registered by themselves. */
    managed_by: z.uuid().nullable().default(null),
    /** Accounts the person belongs to from the beginning, on the word of the administrator who made them known. */
    joins: z.array(z.object({ account_id: z.uuid(), role: z.enum(builtInRoles) })).default([]),
    /** The import whose row made them known. Without `notify` nobody is invited by it: they ask for a password themselves. */
    imported: z.object({ import_id: z.uuid(), notify: z.boolean() }).optional(),
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

/** An administrator changed what is said about the person; a field that is absent stays as it was. */
export const UserUpdated = event('UserUpdated', {
  category: 'user',
  subject: 'user_id',
  audit: User('UPDATE'),
  data: z.object({
    user_id: z.uuid(),
    name: personalName().optional(),
    profile_image: personalPicture().optional(),
  }),
});

/** The person is out everywhere; what they did, and the claim of their address, stays. */
export const UserDeleted = event('UserDeleted', {
  category: 'user',
  audit: User('DELETE'),
  data: z.object({
    user_id: z.uuid(),
    status: z.literal('deleted'),
    deleted_at: z.iso.datetime(),
    /** Null when no person did it. */
    deleted_by_id: z.uuid().nullable(),
  }),
});

/** A deleted person is back, as they were before. */
export const UserRestored = event('UserRestored', {
  category: 'user',
  audit: User('UPDATE'),
  data: z.object({ user_id: z.uuid(), status: z.enum(['pending', 'active', 'disabled']) }),
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
  EmailChangeRequested,
  EmailChanged,
  UserDisabled,
  UserEnabled,
  UserUpdated,
  UserDeleted,
  UserRestored,
  SuperAdminGranted,
] as const;

export type UserEvent =
  | EventOf<typeof UserRegistered>
  | EventOf<typeof RegistrationAbandoned>
  | EventOf<typeof EmailVerificationRequested>
  | EventOf<typeof EmailVerified>
  | EventOf<typeof EmailChangeRequested>
  | EventOf<typeof EmailChanged>
  | EventOf<typeof UserDisabled>
  | EventOf<typeof UserEnabled>
  | EventOf<typeof UserUpdated>
  | EventOf<typeof UserDeleted>
  | EventOf<typeof UserRestored>
  | EventOf<typeof SuperAdminGranted>;
