import { preferenceFieldNames, type PreferenceField, type PreferencesDocument } from '@annals/contracts';
import type { PreferencesEvent } from '@annals/contracts';
import { changedFields } from '../document/changed-fields.js';
import { mergePatch } from '../document/merge-patch.js';
import { type Owner } from '../owner.js';
import { type AnyDocument, type Choices, type Chosen } from './preferences.js';

/** What a request changes: the choices in some fields are given up first, then the patch is merged (RFC 7396). */
export interface Change {
  clear: readonly PreferenceField[];
  patch: AnyDocument;
}

export const replacing = (patch: AnyDocument, clear = preferenceFieldNames): Change => ({ clear, patch });
export const patching = (patch: AnyDocument): Change => ({ clear: [], patch });

/** A person's choices change; nothing happens when they are so already. */
export function decideChange(command: Change & Owner & { now: string }, state: Chosen): PreferencesEvent[] {
  const changed = changes(state.choices, command);
  if (!changed) return [];
  const { account_id, user_id, now } = command;
  return [{ type: 'PreferencesUpdated', data: { account_id, user_id, ...changed, updated_at: now } }];
}

/** An account's choices for its people change. */
export function decideAccountChange(
  command: Change & { account_id: string; now: string },
  state: Chosen,
): PreferencesEvent[] {
  const changed = changes(state.choices, command);
  if (!changed) return [];
  const { account_id, now } = command;
  return [{ type: 'AccountPreferencesUpdated', data: { account_id, ...changed, updated_at: now } }];
}

function changes(choices: Choices, { clear, patch }: Change): PreferencesDocument | null {
  const kept = Object.fromEntries(Object.entries(choices).filter(([name]) => !clear.includes(name as PreferenceField)));
  const wanted = withoutEmpty(mergePatch(kept, patch) as PreferencesDocument);
  const changed = changedFields<PreferencesDocument>(preferenceFieldNames, choices, wanted);
  return Object.keys(changed).length === 0 ? null : changed;
}

/** A part in which nothing is chosen is no choice. */
function withoutEmpty<T extends object>(tree: T): T {
  const entries = Object.entries(tree as Record<string, unknown>)
    .map(([name, value]) => [name, typeof value === 'object' && value !== null ? withoutEmpty(value) : value] as const)
    .filter(([, value]) => typeof value !== 'object' || value === null || Object.keys(value).length > 0);
  return Object.fromEntries(entries) as T;
}
