import {
  type DomainEvent,
  type Profile,
  type ProfileDocument,
  type ProfileField,
  profileFieldNames,
  type VerifiableField,
} from '@annals/contracts';
import { type Aggregate, isErased } from '@annals/event-store';
import type { AvatarLinks } from '../avatar/avatar-links.js';
import { shownAvatar } from '../avatar/shown-avatar.js';
import { applyChanges } from '../document/apply-changes.js';
import { type Owner } from '../owner.js';
import { shownBadge } from '../verification/badge.js';
import { afterDecision, type DecidedPrivacy } from '../privacy/visibility.js';

/** The fields that are set. */
export type ProfileFields = { readonly [F in keyof ProfileDocument]?: NonNullable<ProfileDocument[F]> };

/** What was found true of the fields as they are. */
export interface Badge {
  readonly verification_id: string;
  readonly fields: readonly VerifiableField[];
  readonly verified_at: string;
}

export interface ProfileState {
  readonly fields: ProfileFields;
  readonly privacy: DecidedPrivacy;
  /** Id of the picture; null without one. */
  readonly avatar: string | null;
  readonly badge: Badge | null;
  /** Of the fields; null while nothing is set. */
  readonly updatedAt: string | null;
  /** Of each field by itself: who sees one of them learns nothing of when the others changed. */
  readonly changedAt: { readonly [F in ProfileField]?: string };
}

const initial: ProfileState = {
  ...{ fields: {}, privacy: { fields: {}, updatedAt: null }, avatar: null, badge: null },
  ...{ updatedAt: null, changedAt: {} },
};

function evolve(state: ProfileState, { type, data }: DomainEvent): ProfileState {
  switch (type) {
    case 'ProfileUpdated': {
      const fields = applyChanges(profileFieldNames, state.fields, data);
      const updatedAt = String(data.updated_at);
      const changedAt = { ...state.changedAt };
      for (const name of profileFieldNames) if (data[name] !== undefined) changedAt[name] = updatedAt;
      return { ...state, fields, updatedAt, changedAt };
    }
    case 'ProfileDeleted':
      return { ...state, fields: {}, updatedAt: null, changedAt: {} };
    case 'ProfilePrivacyChanged':
      return { ...state, privacy: afterDecision(state.privacy, data) };
    case 'AvatarChanged':
      return { ...state, avatar: isErased(data.avatar_id) ? null : String(data.avatar_id) };
    case 'AvatarRemoved':
      return { ...state, avatar: null };
    case 'ProfileVerified': {
      const fields = data.fields as VerifiableField[];
      const badge = { verification_id: String(data.verification_id), fields, verified_at: String(data.updated_at) };
      return { ...state, badge };
    }
    case 'ProfileVerificationLapsed':
      return { ...state, badge: null };
    case 'HandleClaimGivenUp':
      return state;
    default:
      throw new Error(`A profile has no event ${type}`);
  }
}

/** One person's profile in one account; its id is `<account_id>_<user_id>`. */
export const profile: Aggregate<ProfileState> = { category: 'profile', initial, evolve };

/** The answer to its owner: every field present, null when not set. An empty profile is a profile, so there is no 404. */
export function shown(owner: Owner, state: ProfileState, links: AvatarLinks): Profile {
  const { fields, badge, updatedAt } = state;
  return {
    user_id: owner.user_id,
    account_id: owner.account_id,
    handle: fields.handle ?? null,
    name: fields.name ?? null,
    pronouns: fields.pronouns ?? null,
    bio: fields.bio ?? null,
    location: fields.location ?? null,
    website: fields.website ?? null,
    social_links: fields.social_links ?? null,
    date_of_birth: fields.date_of_birth ?? null,
    phone_number: fields.phone_number ?? null,
    emergency_contact: fields.emergency_contact ?? null,
    avatar: shownAvatar(links, 'self', owner, state),
    verified: shownBadge(badge, () => true),
    updated_at: updatedAt,
  };
}
