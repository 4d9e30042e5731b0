import { Problem, type UserEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import { mailsPerDay } from '../mail/mail-limit.js';

interface Known {
  user_id: string;
  email_hash: string;
  /** The address they registered with. */
  registered_email_hash: string;
  home_account_id: string | null;
  /** The account that made the person known and looks after them; null for whoever registered by themselves. */
  managed_by: string | null;
  /** Whether they were made known by an import of that account. */
  imported: boolean;
  is_super_admin: boolean;
  email_verified: boolean;
  /** Times at which the verification mail was asked for again, oldest first. */
  verification_requests: readonly string[];
  /** The address the person wants to change to, until it is proven. */
  email_change: { request_id: string; email_hash: string; requested_at: string } | null;
  /** Times at which another address was asked for, oldest first. */
  email_change_requests: readonly string[];
}

/** A person. Holds no address and no name: sign-in and access need neither, so no cache has to forget them. */
export type User =
  | { kind: 'unknown' }
  /** The registration stopped halfway and was given up. */
  | { kind: 'abandoned' }
  | ({ kind: 'pending' } & Known)
  | ({ kind: 'active' } & Known)
  | ({ kind: 'disabled' } & Known)
  /** `before`: what a restored person is again. */
  | ({ kind: 'deleted'; before: 'pending' | 'active' | 'disabled' } & Known);

export type KnownUser = Extract<User, Known>;

/** May sign in and keep sessions. */
export type ActingUser = Extract<User, { kind: 'pending' | 'active' }>;

export const isKnown = (user: User): user is KnownUser => 'user_id' in user;
export const mayAct = (user: User): user is ActingUser => user.kind === 'pending' || user.kind === 'active';

export function evolveUser(user: User, event: UserEvent): User {
  if (event.type === 'UserRegistered') return registered(event.data);
  if (event.type === 'RegistrationAbandoned') return { kind: 'abandoned' };
  return isKnown(user) ? evolveKnown(user, event) : user;
}

type Registered = Extract<UserEvent, { type: 'UserRegistered' }>['data'];

function registered({ user_id, email_hash, home_account_id, managed_by, imported, status }: Registered): KnownUser {
  return {
    ...{ kind: status, user_id, email_hash, registered_email_hash: email_hash, home_account_id, managed_by },
    ...{ imported: imported !== undefined, is_super_admin: false },
    ...{ email_verified: status === 'active', verification_requests: [] },
    ...{ email_change: null, email_change_requests: [] },
  };
}

type LaterEvent = Exclude<UserEvent, { type: 'UserRegistered' | 'RegistrationAbandoned' }>;

function evolveKnown(user: KnownUser, event: LaterEvent): KnownUser {
  switch (event.type) {
    case 'EmailVerificationRequested':
      return {
        ...user,
        verification_requests: [...user.verification_requests, event.data.requested_at].slice(-mailsPerDay),
      };
    case 'EmailVerified':
      return { ...user, email_verified: true, ...(user.kind === 'pending' ? { kind: 'active' } : {}) };
    case 'EmailChangeRequested': {
      const { request_id, email_hash, requested_at } = event.data;
      const email_change_requests = [...user.email_change_requests, requested_at].slice(-mailsPerDay);
      return { ...user, email_change: { request_id, email_hash, requested_at }, email_change_requests };
    }
    case 'EmailChanged': {
      const { email_hash } = event.data;
      const changed = { ...user, email_hash, email_change: null, email_verified: true };
      return user.kind === 'pending' ? { ...changed, kind: 'active' } : changed;
    }
    case 'UserDisabled':
      return { ...user, kind: 'disabled' };
    case 'UserEnabled':
    case 'UserRestored':
      return { ...user, kind: event.data.status };
    case 'UserDeleted':
      return user.kind === 'deleted' ? user : { ...user, kind: 'deleted', before: user.kind };
    case 'SuperAdminGranted':
      return { ...user, is_super_admin: true };
    case 'UserUpdated':
      return user;
  }
}

export const users: Aggregate<User> = { category: 'user', initial: { kind: 'unknown' }, evolve: evolveUser };

export const userNotFound = () => new Problem(404, 'user-not-found', 'There is no such person');
