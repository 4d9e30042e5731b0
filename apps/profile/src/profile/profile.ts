import { type DomainEvent, type Profile, type ProfileDocument, profileFieldNames } from '@annals/contracts';
import { type Aggregate } from '@annals/event-store';
import { applyChanges } from '../document/apply-changes.js';
import { type Owner } from '../owner.js';

/** The fields that are set. */
export type ProfileFields = { readonly [F in keyof ProfileDocument]?: NonNullable<ProfileDocument[F]> };

export interface ProfileState {
  readonly fields: ProfileFields;
  /** Null while nothing is set. */
  readonly updatedAt: string | null;
}

const initial: ProfileState = { fields: {}, updatedAt: null };

function evolve(state: ProfileState, { type, data }: DomainEvent): ProfileState {
  switch (type) {
    case 'ProfileUpdated':
      return { fields: applyChanges(profileFieldNames, state.fields, data), updatedAt: String(data.updated_at) };
    case 'ProfileDeleted':
      return initial;
    default:
      throw new Error(`A profile has no event ${type}`);
  }
}

/** One person's profile in one account; its id is `<account_id>_<user_id>`. */
export const profile: Aggregate<ProfileState> = { category: 'profile', initial, evolve };

/** The answer to its owner: every field present, null when not set. An empty profile is a profile, so there is no 404. */
export function shown(owner: Owner, { fields, updatedAt }: ProfileState): Profile {
  return {
    user_id: owner.user_id,
    account_id: owner.account_id,
    name: fields.name ?? null,
    pronouns: fields.pronouns ?? null,
    bio: fields.bio ?? null,
    location: fields.location ?? null,
    website: fields.website ?? null,
    social_links: fields.social_links ?? null,
    date_of_birth: fields.date_of_birth ?? null,
    phone_number: fields.phone_number ?? null,
    emergency_contact: fields.emergency_contact ?? null,
    updated_at: updatedAt,
  };
}
