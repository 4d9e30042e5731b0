import { type AccountPreferencesDocument, type DomainEvent, preferenceFieldNames } from '@annals/contracts';
import type { PreferencesDocument } from '@annals/contracts';
import { type Aggregate } from '@annals/event-store';
import { applyChanges } from '../document/apply-changes.js';

/** What somebody chose, and nothing else: no field is null and no part is empty. */
export type Choices = { readonly [F in keyof PreferencesDocument]?: NonNullable<PreferencesDocument[F]> };

export interface Chosen {
  readonly choices: Choices;
  /** Null while nothing was ever chosen. */
  readonly updatedAt: string | null;
}

/** Choices as they follow from the events of one type: a person's own, or an account's for its people. */
function choicesFrom(category: string, eventType: string): Aggregate<Chosen> {
  return {
    category,
    initial: { choices: {}, updatedAt: null },
    evolve(state: Chosen, { type, data }: DomainEvent): Chosen {
      if (type !== eventType) throw new Error(`Preferences have no event ${type}`);
      return { choices: applyChanges(preferenceFieldNames, state.choices, data), updatedAt: String(data.updated_at) };
    },
  };
}

/** One person's choices in one account; their id is `<account_id>_<user_id>`. */
export const preferences = choicesFrom('preferences', 'PreferencesUpdated');

/** What an account chose for whoever has not; its id is the account's. */
export const accountPreferences = choicesFrom('accountpreferences', 'AccountPreferencesUpdated');

/** An account chooses among what its people may choose. */
export type AnyDocument = PreferencesDocument | AccountPreferencesDocument;
