import type { IdentityEvent } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { IntegrationEvent } from '@annals/messaging';

export const topic = 'identity.events.v1';

/** Categories whose events others are told about. Claims, credentials and account switches stay inside. */
export const publishedCategories = ['user', 'account', 'membership', 'session'] as const;

/**
 * What identity tells the others: ids, states and roles, never an address, a name or a device.
 * The key keeps the events of one account's thing in order.
 */
export function toIntegrationEvent(stored: StoredEvent): IntegrationEvent | null {
  const event = { type: stored.type, data: stored.data } as unknown as IdentityEvent;
  const account = stored.metadata.account_id ?? 'none';
  const about = (id: string, type: string, data: IntegrationEvent['data']): IntegrationEvent => ({
    key: `${account}/${id}`,
    type: `identity.${type}.v1`,
    data,
  });
  switch (event.type) {
    case 'UserRegistered': {
      const { user_id, home_account_id, status } = event.data;
      return about(user_id, 'user_registered', { user_id, home_account_id, status });
    }
    case 'EmailVerified':
      return about(event.data.user_id, 'email_verified', pick(event.data, 'user_id', 'status'));
    case 'UserDisabled':
      return about(event.data.user_id, 'user_disabled', pick(event.data, 'user_id', 'status'));
    case 'UserEnabled':
      return about(event.data.user_id, 'user_enabled', pick(event.data, 'user_id', 'status'));
    case 'AccountCreated':
      return about(event.data.account_id, 'account_created', pick(event.data, 'account_id', 'slug', 'kind'));
    case 'MembershipGranted':
      return about(event.data.user_id, 'membership_granted', pick(event.data, 'account_id', 'user_id', 'role'));
    case 'MembershipRoleChanged':
      return about(event.data.user_id, 'membership_role_changed', pick(event.data, 'account_id', 'user_id', 'role'));
    case 'MembershipEnded':
      return about(event.data.user_id, 'membership_ended', pick(event.data, 'account_id', 'user_id', 'reason'));
    case 'SessionStarted':
      return about(event.data.user_id, 'session_started', pick(event.data, 'session_id', 'user_id'));
    case 'SessionEnded':
      return about(event.data.user_id, 'session_ended', pick(event.data, 'session_id', 'user_id', 'reason'));
    case 'RegistrationAbandoned':
    case 'EmailVerificationRequested':
    case 'SuperAdminGranted':
    case 'EmailClaimed':
    case 'EmailReleased':
    case 'SignInThrottled':
    case 'SlugClaimed':
    case 'AccountSwitched':
      return null;
  }
}

const pick = <T extends object, K extends keyof T & string>(from: T, ...names: K[]): Record<K, T[K]> =>
  Object.fromEntries(names.map((name) => [name, from[name]])) as Record<K, T[K]>;
