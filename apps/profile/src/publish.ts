import { type EventOf, preferenceFieldNames, profileFieldNames, type ProfilePrivacyChanged } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { type IntegrationEvent } from '@annals/messaging';

export const topic = 'profile.events.v1';
export const publishedCategories = [
  ...(['profile', 'disclosure', 'consent', 'verification', 'review'] as const),
  ...(['preferences', 'accountpreferences'] as const),
] as const;

const types: Readonly<Record<string, string>> = {
  ProfileUpdated: 'profile.updated.v1',
  ProfileDeleted: 'profile.deleted.v1',
  ProfilePrivacyChanged: 'profile.privacy-changed.v1',
  ConsentGiven: 'profile.consent-given.v1',
  ConsentWithdrawn: 'profile.consent-withdrawn.v1',
  ProfileDisclosed: 'profile.disclosed.v1',
  AvatarChanged: 'profile.avatar-changed.v1',
  AvatarRemoved: 'profile.avatar-removed.v1',
  ProfileVerified: 'profile.verified.v1',
  ProfileVerificationLapsed: 'profile.verification-lapsed.v1',
  VerificationRequested: 'profile.verification-requested.v1',
  VerificationWithdrawn: 'profile.verification-withdrawn.v1',
  VerificationApproved: 'profile.verification-approved.v1',
  VerificationRejected: 'profile.verification-rejected.v1',
  VerificationReviewed: 'profile.verification-reviewed.v1',
  PreferencesUpdated: 'preferences.updated.v1',
  AccountPreferencesUpdated: 'account-preferences.updated.v1',
};

const documents: readonly string[] = ['ProfileUpdated', 'PreferencesUpdated', 'AccountPreferencesUpdated'];
const fieldNames: readonly string[] = [...profileFieldNames, ...preferenceFieldNames];

/** What reads differently from now on, by name. */
function changedFields({ type, data }: StoredEvent): string[] {
  if (type.startsWith('Avatar')) return ['avatar'];
  if (type === 'ProfileVerified' || type === 'ProfileVerificationLapsed') return ['verified'];
  if (type.startsWith('Consent')) return [`consent.${String(data.purpose)}`];
  if (type === 'ProfilePrivacyChanged') {
    const { fields = {}, searchable, activity_tracking } = data as EventOf<typeof ProfilePrivacyChanged>['data'];
    const decisions = Object.entries({ ...fields, searchable, activity_tracking });
    return decisions.filter(([, value]) => value !== undefined).map(([name]) => `privacy.${name}`);
  }
  return documents.includes(type) ? fieldNames.filter((field) => data[field] !== undefined) : [];
}

/** What others are told: whose document changed and which fields, never what they say. */
export function integrationEvent(event: StoredEvent): IntegrationEvent | null {
  const { type, data, revision, metadata } = event;
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
      changed_fields: changedFields(event),
      occurred_at: metadata.occurred_at,
    },
  };
}
