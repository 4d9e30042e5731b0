import { preferenceFieldNames, profileFieldNames } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { type IntegrationEvent } from '@annals/messaging';

export const topic = 'profile.events.v1';
export const publishedCategories = ['profile', 'preferences', 'accountpreferences'] as const;

const types: Readonly<Record<string, string>> = {
  ProfileUpdated: 'profile.updated.v1',
  ProfileDeleted: 'profile.deleted.v1',
  PreferencesUpdated: 'preferences.updated.v1',
  AccountPreferencesUpdated: 'account-preferences.updated.v1',
};

const fieldNames: readonly string[] = [...profileFieldNames, ...preferenceFieldNames];

/** What others are told: whose document changed and which fields, never what they say. */
export function integrationEvent({ type, data, revision, metadata }: StoredEvent): IntegrationEvent | null {
  const published = types[type];
  if (!published) return null;
  const account_id = String(data.account_id);
  // What concerns an account as a whole concerns nobody in particular.
  const user_id = typeof data.user_id === 'string' ? data.user_id : null;
  return {
    key: user_id === null ? account_id : `${account_id}/${user_id}`,
    type: published,
    data: {
      account_id,
      user_id,
      revision: String(revision),
      changed_fields: fieldNames.filter((field) => data[field] !== undefined),
      occurred_at: metadata.occurred_at,
    },
  };
}
