import type { UserEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

interface Known {
  user_id: string;
  email_hash: string;
  home_account_id: string | null;
  is_super_admin: boolean;
  email_verified: boolean;
  /** Times at which the verification mail was asked for again, oldest first. */
  verification_requests: readonly string[];
}

/** A person. Holds no address and no name: a decision needs neither, so no cache has to forget them. */
export type User =
  | { kind: 'unknown' }
  /** The registration stopped halfway and was given up. */
  | { kind: 'abandoned' }
  | ({ kind: 'pending' } & Known)
  | ({ kind: 'active' } & Known)
  | ({ kind: 'disabled' } & Known);

export type KnownUser = Extract<User, Known>;

/** May sign in and keep sessions. */
export type ActingUser = Extract<User, { kind: 'pending' | 'active' }>;

export const isKnown = (user: User): user is KnownUser => 'user_id' in user;
export const mayAct = (user: User): user is ActingUser => user.kind === 'pending' || user.kind === 'active';

export function evolveUser(user: User, event: UserEvent): User {
  switch (event.type) {
    case 'UserRegistered': {
      const { user_id, email_hash, home_account_id, status } = event.data;
      return {
        kind: status,
        user_id,
        email_hash,
        home_account_id,
        is_super_admin: false,
        email_verified: status === 'active',
        verification_requests: [],
      };
    }
    case 'RegistrationAbandoned':
      return { kind: 'abandoned' };
    case 'EmailVerificationRequested':
      return isKnown(user)
        ? { ...user, verification_requests: [...user.verification_requests, event.data.requested_at] }
        : user;
    case 'EmailVerified':
      if (!isKnown(user)) return user;
      return { ...user, email_verified: true, kind: user.kind === 'pending' ? 'active' : user.kind };
    case 'UserDisabled':
      return isKnown(user) ? { ...user, kind: 'disabled' } : user;
    case 'UserEnabled':
      return isKnown(user) ? { ...user, kind: event.data.status } : user;
    case 'SuperAdminGranted':
      return isKnown(user) ? { ...user, is_super_admin: true } : user;
  }
}

export const users: Aggregate<User> = { category: 'user', initial: { kind: 'unknown' }, evolve: evolveUser };
