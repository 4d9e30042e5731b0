import {
  Problem,
  type ImportedDocuments,
  type PreferencesDocument,
  type PrivacyDocument,
  type ProfileEvent,
  type RowRefusal,
} from '@annals/contracts';
import { type CommandContext, derivedId, type Outcome } from '@annals/event-store';
import { mergePatch } from '../document/merge-patch.js';
import { changeProfile, type ChangeParts } from '../handle/change-profile.js';
import { type Owner, streamOf } from '../owner.js';
import { decideChange, patching } from '../preferences/change.js';
import { preferences, type Chosen } from '../preferences/preferences.js';
import { decideTo } from '../privacy/decide-privacy.js';
import type { ProfileState } from '../profile/profile.js';
import { updateTo } from '../profile/update.js';
import { keepable, withoutNulls } from './keepable.js';

export interface Writing {
  owner: Owner;
  /** Of the row: run twice it takes effect once. */
  commandId: string;
  context: CommandContext;
  now: string;
  /** `fill` leaves alone what was ever said. */
  how: 'merge' | 'fill';
}

export interface Written {
  changed: boolean;
  refusals: RowRefusal[];
}

/** Writes profile and privacy of a row in one append, by the rules of the public routes. A handle that is taken is left out. */
export async function writeProfile(
  parts: ChangeParts,
  writing: Writing,
  { profile = null, privacy = null }: Pick<ImportedDocuments, 'profile' | 'privacy'>,
): Promise<Written> {
  const { fields, refusals } = keepable(profile ?? {}, writing.now);
  const { handle, ...others } = fields;
  try {
    const outcome = await change(fields);
    // An earlier try may have had to leave the handle out.
    const missing = outcome.kind === 'replayed' && handle && saidWithout(outcome, handle);
    return { changed: outcome.events.length > 0, refusals: [...refusals, ...(missing ? [taken] : [])] };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'handle-taken') throw error;
    const outcome = await change(others);
    return { changed: outcome.events.length > 0, refusals: [...refusals, taken] };
  }

  function change(wanted: typeof fields): Promise<Outcome<ProfileState>> {
    const { owner, commandId, context, now, how } = writing;
    return changeProfile(parts, owner, {
      ...{ id: derivedId(commandId, 'profile'), context, now, accountId: owner.account_id },
      decide(state): ProfileEvent[] {
        const speaks = how === 'merge' || state.updatedAt === null;
        const decides = privacy && (how === 'merge' || state.privacy.updatedAt === null);
        return [
          ...(speaks ? updateTo({ ...state.fields, ...wanted }, owner, now, state) : []),
          ...(decides ? decideTo(merged(state, privacy), owner, now, state) : []),
        ];
      },
    });
  }
}

const taken: RowRefusal = {
  ...{ field: 'profile.handle', code: 'handle-taken', detail: 'Somebody else in this account has this handle' },
};

const saidWithout = ({ events, state }: Outcome<ProfileState>, handle: string): boolean =>
  events.some(({ type }) => type === 'ProfileUpdated') && state.fields.handle?.toLowerCase() !== handle.toLowerCase();

function merged({ privacy: { updatedAt: _, ...decided } }: ProfileState, privacy: PrivacyDocument): PrivacyDocument {
  return mergePatch(decided, privacy) as PrivacyDocument;
}

/** Writes the choices of a row; what it leaves empty is no choice. */
export async function writePreferences(
  { folds }: Pick<ChangeParts, 'folds'>,
  { owner, commandId, context, now, how }: Writing,
  document: PreferencesDocument,
): Promise<Written> {
  const chosen = patching(said(document) as PreferencesDocument);
  const outcome: Outcome<Chosen> = await folds.execute(preferences, streamOf(owner), {
    ...{ id: derivedId(commandId, 'preferences'), context, now, accountId: owner.account_id },
    decide: (state) =>
      how === 'fill' && state.updatedAt !== null ? [] : decideChange({ ...owner, ...chosen, now }, state),
  });
  return { changed: outcome.events.length > 0, refusals: [] };
}

/** Without the empty places at any depth, which would take choices back. */
function said(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return tree;
  return Object.fromEntries(Object.entries(withoutNulls(tree)).map(([name, value]) => [name, said(value)]));
}
