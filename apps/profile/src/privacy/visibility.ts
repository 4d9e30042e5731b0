import {
  defaultPrivacy,
  type EventOf,
  type FieldVisibilities,
  type GuardedField,
  type PrivacyChoices,
  profileFieldNames,
  type ProfilePrivacyChanged,
  type SeenProfile,
  type Visibility,
} from '@annals/contracts';
import type { Owner } from '../owner.js';
import type { ProfileState } from '../profile/profile.js';
import { shownBadge } from '../verification/badge.js';

/** Who looks: the person, a member of the account, or anybody at all. */
export type Viewer = 'self' | 'member' | 'anybody';

/** What a person decided; the rest is as the house holds it. */
export interface DecidedPrivacy {
  readonly fields: Readonly<Partial<FieldVisibilities>>;
  readonly searchable?: boolean;
  /** Decided here in older times; `consents` say what holds. */
  readonly activity_tracking?: boolean;
  readonly trackingDecidedAt?: string;
  /** Null while nothing was decided. */
  readonly updatedAt: string | null;
}

/** What is decided after `ProfilePrivacyChanged`, whose data carries what changed. */
export function afterDecision(before: DecidedPrivacy, data: Readonly<Record<string, unknown>>): DecidedPrivacy {
  const { fields, searchable, activity_tracking, updated_at } = data as EventOf<typeof ProfilePrivacyChanged>['data'];
  return {
    fields: { ...before.fields, ...fields },
    searchable: searchable ?? before.searchable,
    activity_tracking: activity_tracking ?? before.activity_tracking,
    trackingDecidedAt: activity_tracking === undefined ? before.trackingDecidedAt : updated_at,
    updatedAt: updated_at,
  };
}

const sees: Record<Viewer, readonly Visibility[]> = {
  self: ['private', 'account', 'public'],
  member: ['account', 'public'],
  anybody: ['public'],
};

/** Decisions with the house's defaults filled in, but for the consent, which is none of them. */
export function effectivePrivacy({ fields, searchable }: DecidedPrivacy): Omit<PrivacyChoices, 'activity_tracking'> {
  return {
    fields: { ...defaultPrivacy.fields, ...fields },
    searchable: searchable ?? defaultPrivacy.searchable,
  };
}

/** The one rule of who may see what. */
export const maySee = (viewer: Viewer, field: GuardedField, decided: DecidedPrivacy): boolean =>
  sees[viewer].includes(decided.fields[field] ?? defaultPrivacy.fields[field]);

/**
 * A profile as somebody sees it. What is hidden looks exactly like what is not set, also in the time of the last change,
 * which is that of what is shown.
 */
export function seenBy(
  viewer: Viewer,
  owner: Owner,
  { fields, privacy, badge, changedAt }: ProfileState,
): Omit<SeenProfile, 'avatar'> {
  const seen = profileFieldNames.filter((name) => fields[name] !== undefined && maySee(viewer, name, privacy));
  const shown = Object.fromEntries(
    profileFieldNames.map((name) => [name, seen.includes(name) ? fields[name] : null]),
  ) as Pick<SeenProfile, (typeof profileFieldNames)[number]>;
  const times = seen.map((name) => changedAt[name]!).sort();
  const verified = shownBadge(badge, (field) => maySee(viewer, field, privacy));
  return { user_id: owner.user_id, account_id: owner.account_id, ...shown, verified, updated_at: times.at(-1) ?? null };
}

/** What a directory may find a person by. */
export const findingFieldNames = ['name', 'handle'] as const;

/**
 * Whether the directory of the account finds a person who is a member of it: they did not decline, and it finds them by
 * something that is set and that members see anyway.
 */
export const findable = ({ fields, privacy }: Pick<ProfileState, 'fields' | 'privacy'>): boolean =>
  effectivePrivacy(privacy).searchable &&
  findingFieldNames.some((name) => fields[name] !== undefined && maySee('member', name, privacy));
