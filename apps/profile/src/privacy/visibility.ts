import {
  defaultPrivacy,
  type FieldVisibilities,
  type GuardedField,
  type PrivacyChoices,
  profileFieldNames,
  type SeenProfile,
  type Visibility,
} from '@annals/contracts';
import type { Owner } from '../owner.js';
import type { ProfileState } from '../profile/profile.js';

/** Who looks: the person, a member of the account, or anybody at all. */
export type Viewer = 'self' | 'member' | 'anybody';

/** What a person decided; the rest is as the house holds it. */
export interface DecidedPrivacy {
  readonly fields: Partial<FieldVisibilities>;
  readonly searchable?: boolean;
  readonly activity_tracking?: boolean;
}

const sees: Record<Viewer, readonly Visibility[]> = {
  self: ['private', 'account', 'public'],
  member: ['account', 'public'],
  anybody: ['public'],
};

/** Decisions with the house's defaults filled in. */
export function effectivePrivacy({ fields, ...rest }: DecidedPrivacy): PrivacyChoices {
  return { ...defaultPrivacy, ...rest, fields: { ...defaultPrivacy.fields, ...fields } };
}

/** The one rule of who may see what. */
export const maySee = (viewer: Viewer, field: GuardedField, decided: DecidedPrivacy): boolean =>
  sees[viewer].includes(decided.fields[field] ?? defaultPrivacy.fields[field]);

/** A profile as somebody sees it. What is hidden looks exactly like what is not set, also in the time of its change. */
export function seenBy(viewer: Viewer, owner: Owner, { fields, privacy, updatedAt }: ProfileState): SeenProfile {
  const shown = Object.fromEntries(
    profileFieldNames.map((name) => [name, maySee(viewer, name, privacy) ? (fields[name] ?? null) : null]),
  ) as Pick<SeenProfile, (typeof profileFieldNames)[number]>;
  const empty = profileFieldNames.every((name) => shown[name] === null);
  return { user_id: owner.user_id, account_id: owner.account_id, ...shown, updated_at: empty ? null : updatedAt };
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
