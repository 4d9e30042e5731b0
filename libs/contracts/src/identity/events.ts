import { z } from 'zod';
import { event, type EventOf } from '../event.js';
import { builtInRoles } from '../permissions.js';
import { personalAddress, personalDevice, personalEmail, personalName } from './personal.js';

const User = (action: 'INSERT' | 'UPDATE' | 'DELETE') => ({ entity: 'User', action, keys: ['user_id'] as const });
const Member = (action: 'INSERT' | 'UPDATE' | 'DELETE') => ({
  entity: 'Membership',
  action,
  keys: ['account_id', 'user_id'] as const,
});

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

/** The stream is named by the keyed hash of the address, so one append decides who has it. */
export const EmailClaimed = event('EmailClaimed', {
  category: 'email',
  audit: { entity: 'Email', action: 'INSERT', keys: ['email_hash'] },
  data: z.object({ email_hash: z.string(), user_id: z.uuid(), claimed_at: z.iso.datetime() }),
});

export const EmailReleased = event('EmailReleased', {
  category: 'email',
  audit: { entity: 'Email', action: 'DELETE', keys: ['email_hash'] },
  data: z.object({ email_hash: z.string(), user_id: z.uuid(), reason: z.enum(['registration-abandoned']) }),
});

/** Wrong passwords reached a threshold. At most one event per threshold of a row of failures. */
export const SignInThrottled = event('SignInThrottled', {
  category: 'credential',
  audit: { entity: 'Credential', action: 'UPDATE', keys: ['user_id'] },
  data: z.object({ user_id: z.uuid(), failures: z.number().int().positive(), row_id: z.uuid() }),
});

/** An account: a tenant. The name is an organisation's; a home account is called Home, so no person's name stands here. */
export const AccountCreated = event('AccountCreated', {
  category: 'account',
  audit: { entity: 'Account', action: 'INSERT', keys: ['account_id'] },
  data: z.object({
    account_id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    kind: z.enum(['home', 'team']),
    created_by_id: z.uuid(),
    created_at: z.iso.datetime(),
  }),
});

export const SlugClaimed = event('SlugClaimed', {
  category: 'slug',
  audit: { entity: 'Slug', action: 'INSERT', keys: ['slug'] },
  data: z.object({ slug: z.string(), account_id: z.uuid() }),
});

export const MembershipGranted = event('MembershipGranted', {
  category: 'membership',
  audit: Member('INSERT'),
  data: z.object({ account_id: z.uuid(), user_id: z.uuid(), role: z.enum(builtInRoles) }),
});

export const MembershipRoleChanged = event('MembershipRoleChanged', {
  category: 'membership',
  audit: Member('UPDATE'),
  data: z.object({ account_id: z.uuid(), user_id: z.uuid(), role: z.enum(builtInRoles) }),
});

export const MembershipEnded = event('MembershipEnded', {
  category: 'membership',
  audit: Member('DELETE'),
  data: z.object({ account_id: z.uuid(), user_id: z.uuid(), reason: z.enum(['removed', 'left']) }),
});

export const SessionStarted = event('SessionStarted', {
  category: 'session',
  subject: 'user_id',
  audit: { entity: 'Session', action: 'INSERT', keys: ['session_id', 'user_id'] },
  data: z.object({
    session_id: z.uuid(),
    user_id: z.uuid(),
    device_id: z.uuid(),
    device_name: personalDevice(),
    ip_address: personalAddress(),
    user_agent: personalDevice(),
    auth_methods: z.array(z.string()),
    /** After this moment the session is over whatever its activity. */
    expires_at: z.iso.datetime(),
  }),
});

export const sessionEndReasons = ['logout', 'terminated', 'refresh-reuse', 'user-disabled'] as const;

export const SessionEnded = event('SessionEnded', {
  category: 'session',
  audit: { entity: 'Session', action: 'DELETE', keys: ['session_id', 'user_id'] },
  data: z.object({ session_id: z.uuid(), user_id: z.uuid(), reason: z.enum(sessionEndReasons) }),
});

/** The session asked for a token of another account. Tokens given out before keep theirs. */
export const AccountSwitched = event('AccountSwitched', {
  category: 'session',
  audit: { entity: 'Session', action: 'UPDATE', keys: ['session_id', 'user_id'] },
  data: z.object({ session_id: z.uuid(), user_id: z.uuid(), account_id: z.uuid() }),
});

/** Every event that identity writes. */
export const identityEvents = [
  UserRegistered,
  RegistrationAbandoned,
  EmailVerificationRequested,
  EmailVerified,
  UserDisabled,
  UserEnabled,
  SuperAdminGranted,
  EmailClaimed,
  EmailReleased,
  SignInThrottled,
  AccountCreated,
  SlugClaimed,
  MembershipGranted,
  MembershipRoleChanged,
  MembershipEnded,
  SessionStarted,
  SessionEnded,
  AccountSwitched,
] as const;

export type UserEvent =
  | EventOf<typeof UserRegistered>
  | EventOf<typeof RegistrationAbandoned>
  | EventOf<typeof EmailVerificationRequested>
  | EventOf<typeof EmailVerified>
  | EventOf<typeof UserDisabled>
  | EventOf<typeof UserEnabled>
  | EventOf<typeof SuperAdminGranted>;
export type EmailEvent = EventOf<typeof EmailClaimed> | EventOf<typeof EmailReleased>;
export type CredentialEvent = EventOf<typeof SignInThrottled>;
export type AccountEvent = EventOf<typeof AccountCreated>;
export type SlugEvent = EventOf<typeof SlugClaimed>;
export type MembershipEvent =
  EventOf<typeof MembershipGranted> | EventOf<typeof MembershipRoleChanged> | EventOf<typeof MembershipEnded>;
export type SessionEvent =
  EventOf<typeof SessionStarted> | EventOf<typeof SessionEnded> | EventOf<typeof AccountSwitched>;
export type IdentityEvent =
  UserEvent | EmailEvent | CredentialEvent | AccountEvent | SlugEvent | MembershipEvent | SessionEvent;
