import { Problem, type ProfileEvent } from '@annals/contracts';
import { type Command, type Outcome, unlessStale, uuidv7 } from '@annals/event-store';
import { askedByService } from '@annals/service';
import type { FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import { freeUnusedHandle, handleOf, type HandleParts } from './free-unused-handle.js';
import { beginRelease, type Change, handles, takeHandle } from './handle.js';

export interface ChangeParts extends HandleParts {
  folds: FreshFolds;
}
type ProfileCommand = Command<ProfileState, ProfileEvent>;

/** How often a change that was overtaken by another one of the same profile starts again. */
const tries = 4;

/**
 * Changes a profile. A change that leaves the handle alone is one append. One that moves it claims the new handle first,
 * announces the end of the former one, writes the profile at the very revision that both were told, and frees the former
 * one: whatever dies in between, `keepHandles` finds the rest.
 * @throws Problem 409 `handle-taken`, `profile-busy`, and whatever `EventStore.execute` and the command's decision throw
 */
export async function changeProfile(
  parts: ChangeParts,
  owner: Owner,
  command: ProfileCommand,
): Promise<Outcome<ProfileState>> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const outcome = (await unlessHandleMoves(parts, owner, command)) ?? (await moveHandle(parts, owner, command));
    if (outcome) return outcome;
  }
  throw new Problem(409, 'profile-busy', 'Others changed the profile again and again meanwhile', {
    headers: { 'retry-after': '1' },
  });
}

/** Leaves the write loop without a word written. */
class HandleMoves extends Error {}

/** Null when the change moves the handle. A repeated or stale command never comes so far as to be decided. */
async function unlessHandleMoves({ folds }: ChangeParts, owner: Owner, command: ProfileCommand) {
  const decide = (state: ProfileState) => {
    const events = command.decide(state);
    if (moveOf(state, events)) throw new HandleMoves();
    return events;
  };
  try {
    return await folds.execute(profile, streamOf(owner), { ...command, decide });
  } catch (error) {
    if (error instanceof HandleMoves) return null;
    throw error;
  }
}

/** Null when somebody else changed the profile meanwhile: everything has to be decided anew. */
async function moveHandle(parts: ChangeParts, owner: Owner, command: ProfileCommand) {
  const { store, folds, handleId } = parts;
  const { state, revision: basis } = await store.load(profile, streamOf(owner));
  const move = moveOf(state, command.decide(state));
  if (!move || (command.expectedRevision !== undefined && command.expectedRevision !== basis)) return null;
  const change = { ...owner, basis };
  if (move.to !== null) await claim(parts, command, change, move.to);
  if (move.from !== null) await announce(parts, command, change, move.from);
  const outcome = await unlessStale(() =>
    folds.execute(profile, streamOf(owner), { ...command, expectedRevision: basis }),
  );
  if (!outcome || move.from === null) return outcome;
  const { account_id } = owner;
  await freeUnusedHandle(parts, command, account_id, handleId(account_id, move.from));
  return outcome;
}

interface Move {
  from: string | null;
  to: string | null;
}

/** What becomes of the handle; null when it stays, also in another case. */
function moveOf(state: ProfileState, events: readonly ProfileEvent[]): Move | null {
  const from = handleOf(state);
  let to = from;
  for (const { type, data } of events) {
    if (type === 'ProfileDeleted') to = null;
    if (type === 'ProfileUpdated' && data.handle !== undefined) to = data.handle;
  }
  return from?.toLowerCase() === to?.toLowerCase() ? null : { from, to };
}

async function claim(parts: HandleParts, asking: ProfileCommand, change: Change, handle: string): Promise<void> {
  const { store, handleId } = parts;
  const { account_id, user_id } = change;
  const id = handleId(account_id, handle);
  const { state: present } = await store.load(handles, id);
  if (present.kind === 'claimed' && present.user_id !== user_id) {
    // A change that died, or a holder whose data was erased, must not keep a handle from others.
    await freeUnusedHandle(parts, askedByService(asking, 'svc:profile', account_id), account_id, id);
  }
  const { context, now } = asking;
  await store.execute(handles, id, {
    // Not the id of the request: sent again it would find its claim in the log, also after it was released.
    ...{ id: uuidv7(), context, now, accountId: account_id },
    decide: (state) => takeHandle(state, { ...change, handle, now }),
  });
}

async function announce(parts: HandleParts, { context, now }: ProfileCommand, change: Change, handle: string) {
  const { store, handleId } = parts;
  await store.execute(handles, handleId(change.account_id, handle), {
    ...{ id: uuidv7(), context, now, accountId: change.account_id },
    decide: (state) => beginRelease(state, change),
  });
}
