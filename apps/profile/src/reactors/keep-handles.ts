import { type Aggregate, derivedId, type StoredEvent, unlessStale } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn, isOverdue } from '@annals/service';
import { changeProfile, type ChangeParts } from '../handle/change-profile.js';
import { freeUnusedHandle } from '../handle/free-unused-handle.js';
import { handles } from '../handle/handle.js';
import { type Owner, streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { updateTo } from '../profile/update.js';

const principal = 'svc:profile';

/** Whether a person has left the account. Somebody of whom nothing is known has not. */
const departures: Aggregate<boolean> = {
  category: 'membership',
  initial: false,
  evolve: (left, { type }) => (type === 'MembershipEnded' ? true : type === 'MembershipGranted' ? false : left),
};

/**
 * Sees to it that handles belong to those who have them: finishes what a change that died left of its claims, and takes
 * the handle from who has left the account.
 */
export function keepHandles(parts: ChangeParts): Reactor {
  const { store } = parts;

  /** Looks at a handle after the change for whose sake it was claimed, or its release begun. */
  async function settle(event: StoredEvent): Promise<void> {
    const owner = ownerOf(event);
    const id = event.stream.slice(handles.category.length + 1);
    const basis = event.data.profile_revision === null ? null : BigInt(Number(event.data.profile_revision));
    if (await isOverdue(event, () => hasMovedOn(event, id, owner, basis))) await moveOn(event, owner, basis);
    await leave(event);
    const { context, now } = actingOn(event, principal, owner.user_id);
    await freeUnusedHandle(parts, { context, now }, owner.account_id, id);
  }

  /** Whether the change came through, or can never come through any more, or counts on a later claim. */
  async function hasMovedOn(event: StoredEvent, id: string, owner: Owner, basis: bigint | null): Promise<boolean> {
    if ((await store.load(handles, id)).revision !== event.revision) return true;
    const { revision } = await store.load(profile, streamOf(owner));
    return (revision ?? -1n) > (basis ?? -1n);
  }

  /** Lets a change that was only slow find out that its claim does not count any more. */
  async function moveOn(event: StoredEvent, owner: Owner, basis: bigint | null): Promise<void> {
    const { context, now } = actingOn(event, principal, owner.user_id);
    await unlessStale(() =>
      store.execute(profile, streamOf(owner), {
        ...{ id: derivedId(event.id, 'move on'), context, now, expectedRevision: basis },
        decide: () => [{ type: 'HandleClaimGivenUp', data: { ...owner } }],
      }),
    );
  }

  /** Takes the handle from who is no member any more. Who came back in between keeps it. */
  async function leave(event: StoredEvent): Promise<void> {
    const owner = ownerOf(event);
    const { state: hasLeft } = await store.load(departures, streamOf(owner));
    if (!hasLeft) return;
    const { context, now } = actingOn(event, principal, owner.user_id);
    await changeProfile(parts, owner, {
      ...{ id: derivedId(event.id, 'leave'), context, now },
      decide: (state) => updateTo({ ...state.fields, handle: null }, owner, now, state),
    });
  }

  return {
    name: 'keep-handles',
    categories: [handles.category, departures.category],
    // Who has the handle is told by its stream's name; what it says is nobody's business here.
    open: false,
    on: { HandleClaimed: settle, HandleReleaseBegun: settle, MembershipEnded: leave },
  };
}

const ownerOf = ({ data }: StoredEvent): Owner => ({
  account_id: String(data.account_id),
  user_id: String(data.user_id),
});
