import type { StoredEvent } from '@annals/event-store';
import type { IntegrationEvent } from '@annals/messaging';

const names: Readonly<Record<string, string>> = {
  MembershipEnded: 'membership_ended',
  MembershipGranted: 'membership_granted',
  UserDisabled: 'user_disabled',
  UserDeleted: 'user_deleted',
  AccountClosed: 'account_closed',
};

/** As identity publishes: ids, under the account and the person. */
export const toldByIdentity = ({ type, data, metadata }: StoredEvent): IntegrationEvent => ({
  key: `${metadata.account_id}/${String(data.user_id ?? data.account_id)}`,
  type: `identity.${names[type]}.v1`,
  data: { account_id: data.account_id, user_id: data.user_id, reason: data.reason },
});
