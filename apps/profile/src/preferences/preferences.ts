import {
  defaultPreferences,
  type DomainEvent,
  preferenceFieldNames,
  type Preferences,
  type PreferencesDocument,
} from '@annals/contracts';
import { type Aggregate } from '@annals/event-store';
import { applyChanges } from '../document/apply-changes.js';
import { type Owner } from '../owner.js';

/** What the person chose; everything else is default. */
export type ChosenPreferences = { readonly [F in keyof PreferencesDocument]?: NonNullable<PreferencesDocument[F]> };

export interface PreferencesState {
  readonly chosen: ChosenPreferences;
  /** Null while all of it is default. */
  readonly updatedAt: string | null;
}

const initial: PreferencesState = { chosen: {}, updatedAt: null };

function evolve(state: PreferencesState, { type, data }: DomainEvent): PreferencesState {
  if (type !== 'PreferencesUpdated') throw new Error(`Preferences have no event ${type}`);
  return { chosen: applyChanges(preferenceFieldNames, state.chosen, data), updatedAt: String(data.updated_at) };
}

/** One person's preferences in one account; their id is `<account_id>_<user_id>`. */
export const preferences: Aggregate<PreferencesState> = { category: 'preferences', initial, evolve };

/** The answer to their owner: every preference present. A default may change with a release, a choice never does. */
export function shown(owner: Owner, state: PreferencesState): Preferences {
  return {
    user_id: owner.user_id,
    account_id: owner.account_id,
    ...defaultPreferences,
    ...state.chosen,
    updated_at: state.updatedAt,
  };
}
