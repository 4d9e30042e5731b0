import type { AccountPreferences, Preferences } from '@annals/contracts';
import { type Owner } from '../owner.js';
import { type Chosen } from './preferences.js';
import { inForce, sourcesOf } from './in-force.js';

/** A person's choices and their account's, as they were read. */
export interface Layers {
  own: Chosen;
  account: Chosen;
}

/** The answer to the person. A default may change with the account or a release, a choice never does. */
export function shown({ account_id, user_id }: Owner, { own, account }: Layers, explain: boolean): Preferences {
  return {
    user_id,
    account_id,
    ...inForce(own.choices, account.choices),
    updated_at: own.updatedAt,
    ...(explain && { sources: sourcesOf(own.choices, account.choices) }),
  };
}

/** The answer about an account: what holds for a member who has chosen nothing. */
export function shownOfAccount(account_id: string, account: Chosen, explain: boolean): AccountPreferences {
  return {
    account_id,
    ...inForce({}, account.choices),
    updated_at: account.updatedAt,
    ...(explain && { sources: sourcesOf({}, account.choices) }),
  };
}
