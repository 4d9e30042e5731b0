import type { EventOf, IdentityEvent, identityEvents } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { IntegrationEvent } from '@annals/messaging';

export const topic = 'identity.events.v1';

/** Categories whose events others are told about. Claims, credentials and account switches stay inside. */
export const publishedCategories = ['user', 'account', 'membership', 'invitation', 'role', 'grant', 'session'] as const;

type Type = IdentityEvent['type'];
type DataOf<T extends Type> = EventOf<Extract<(typeof identityEvents)[number], { type: T }>>['data'];
interface Published<T extends Type> {
  /** Name in the topic: `identity.<name>.v1`. */
  name: string;
  /** Field with the id of the thing; the key keeps the events of one account's thing in order. */
  about: keyof DataOf<T> & string;
  /** Fields that are told: ids, states and roles, never an address, a name or a device. */
  fields: readonly (keyof DataOf<T> & string)[];
}

/** What identity tells the others. An event that is not here stays inside. */
const published: { [T in Type]?: Published<T> } = {
  UserRegistered: { name: 'user_registered', about: 'user_id', fields: ['user_id', 'home_account_id', 'status'] },
  EmailVerified: { name: 'email_verified', about: 'user_id', fields: ['user_id', 'status'] },
  EmailChanged: { name: 'email_changed', about: 'user_id', fields: ['user_id', 'status'] },
  UserDisabled: { name: 'user_disabled', about: 'user_id', fields: ['user_id', 'status'] },
  UserEnabled: { name: 'user_enabled', about: 'user_id', fields: ['user_id', 'status'] },
  UserUpdated: { name: 'user_updated', about: 'user_id', fields: ['user_id'] },
  UserDeleted: { name: 'user_deleted', about: 'user_id', fields: ['user_id', 'status', 'deleted_at'] },
  UserRestored: { name: 'user_restored', about: 'user_id', fields: ['user_id', 'status'] },
  AccountCreated: { name: 'account_created', about: 'account_id', fields: ['account_id', 'slug', 'kind'] },
  AccountUpdated: { name: 'account_updated', about: 'account_id', fields: ['account_id', 'slug'] },
  AccountClosed: { name: 'account_closed', about: 'account_id', fields: ['account_id'] },
  AccountRestored: { name: 'account_restored', about: 'account_id', fields: ['account_id'] },
  MembershipGranted: { name: 'membership_granted', about: 'user_id', fields: ['account_id', 'user_id', 'role'] },
  MembershipRoleChanged: {
    name: 'membership_role_changed',
    about: 'user_id',
    fields: ['account_id', 'user_id', 'role'],
  },
  MembershipEnded: { name: 'membership_ended', about: 'user_id', fields: ['account_id', 'user_id', 'reason'] },
  InvitationCreated: {
    name: 'invitation_created',
    about: 'invitation_id',
    fields: ['account_id', 'invitation_id', 'role', 'expires_at'],
  },
  InvitationRevoked: { name: 'invitation_revoked', about: 'invitation_id', fields: ['account_id', 'invitation_id'] },
  InvitationAccepted: {
    name: 'invitation_accepted',
    about: 'invitation_id',
    fields: ['account_id', 'invitation_id', 'user_id', 'role'],
  },
  RoleDefined: { name: 'role_defined', about: 'role_id', fields: ['account_id', 'role_id', 'active'] },
  RoleChanged: { name: 'role_changed', about: 'role_id', fields: ['account_id', 'role_id', 'active'] },
  RoleDeleted: { name: 'role_deleted', about: 'role_id', fields: ['account_id', 'role_id'] },
  RoleGranted: {
    name: 'role_granted',
    about: 'user_id',
    fields: ['account_id', 'user_id', 'role_id', 'valid_from', 'expires_at'],
  },
  RoleGrantEnded: {
    name: 'role_grant_ended',
    about: 'user_id',
    fields: ['account_id', 'user_id', 'role_id', 'reason'],
  },
  SessionStarted: { name: 'session_started', about: 'user_id', fields: ['session_id', 'user_id'] },
  SessionEnded: { name: 'session_ended', about: 'user_id', fields: ['session_id', 'user_id', 'reason'] },
};

export function toIntegrationEvent({ type, data, metadata }: StoredEvent): IntegrationEvent | null {
  const told = (published as Partial<Record<string, { name: string; about: string; fields: readonly string[] }>>)[type];
  if (!told) return null;
  return {
    key: `${metadata.account_id ?? 'none'}/${String(data[told.about])}`,
    type: `identity.${told.name}.v1`,
    data: Object.fromEntries(told.fields.map((field) => [field, data[field]])),
  };
}
