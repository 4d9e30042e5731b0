import type { StoredEvent } from '@annals/event-store';
import { findable, maySee } from '../../privacy/visibility.js';
import { profile, type ProfileState } from '../../profile/profile.js';
import { mostWords, wordsOf } from './words.js';

/** What is known of somebody who is, was or may become a member. */
export interface Entry {
  readonly member: boolean;
  /** The part of the profile that a directory needs, with the decisions about it. */
  readonly state: ProfileState;
}

export const unknown: Entry = { member: false, state: profile.initial };

const shownFields = ['handle', 'name', 'pronouns'] as const;

/** Only what is shown or decides about it: nothing else of a profile is copied. */
function kept(state: ProfileState): ProfileState {
  const fields: Partial<Record<(typeof shownFields)[number], string>> = {};
  for (const name of shownFields) if (state.fields[name] !== undefined) fields[name] = state.fields[name];
  const privacy = { fields: state.privacy.fields, searchable: state.privacy.searchable, updatedAt: null };
  return { ...profile.initial, fields, privacy, avatar: state.avatar, badge: state.badge };
}

/** An entry after an event. What holds of profiles is the profile's to say; a change of it needs a new version here. */
export function evolveEntry(entry: Entry, { type, data }: Pick<StoredEvent, 'type' | 'data'>): Entry {
  if (type === 'SubjectErased') return unknown;
  if (type === 'MembershipGranted') return { ...entry, member: true };
  if (type === 'MembershipEnded') return { ...entry, member: false };
  return { ...entry, state: kept(profile.evolve(entry.state, { type, data })) };
}

/** Whether an entry is no other than that of somebody of whom nothing was ever heard: then there needs to be none. */
export const saysNothing = ({ member, state: { fields, privacy, avatar, badge } }: Entry): boolean =>
  !member &&
  avatar === null &&
  badge === null &&
  privacy.searchable === undefined &&
  Object.keys(fields).length + Object.keys(privacy.fields).length === 0;

/** Whether an event can matter to a directory at all: most updates of profiles do not. */
export const concerns = ({ type, data }: Pick<StoredEvent, 'type' | 'data'>): boolean =>
  type !== 'ProfileUpdated' || shownFields.some((name) => data[name] !== undefined);

/** Where a person stands in the directory and what they are found by; nothing of either while they are not to be found. */
export interface Listing {
  readonly listed: boolean;
  readonly sortKey: string;
  readonly words: readonly string[];
}

const unlisted: Listing = { listed: false, sortKey: '', words: [] };

export function listingOf({ member, state }: Entry): Listing {
  if (!member || !findable(state)) return unlisted;
  const { privacy } = state;
  const name = maySee('member', 'name', privacy) ? state.fields.name : undefined;
  const handle = maySee('member', 'handle', privacy) ? state.fields.handle : undefined;
  const words = new Set([name, handle].flatMap((text) => (text === undefined ? [] : wordsOf(text))));
  const whole = handle === undefined ? [] : [handleWord(handle)];
  return { listed: true, sortKey: name ?? handle ?? '', words: [...whole, ...[...words].slice(0, mostWords)] };
}

/** A handle as a whole, told from words by what no word has. */
export const handleWord = (handle: string): string => `@${handle.toLowerCase()}`;
