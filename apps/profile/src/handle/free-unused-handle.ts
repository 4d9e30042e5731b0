import { type CommandContext, type EventStore, unlessStale, uuidv7 } from '@annals/event-store';
import { type Owner, streamOf } from '../owner.js';
import { profile, type ProfileState } from '../profile/profile.js';
import type { HandleId } from './handle-id.js';
import { handles, releaseHandle } from './handle.js';

export interface HandleParts {
  store: EventStore;
  handleId: HandleId;
}

export interface Asking {
  context: CommandContext;
  now: string;
}

/**
 * Frees a handle that its holder does not have: it was given up, or the change that claimed it was never written. While the
 * profile still has the revision that the claim counts on, the change may be under way, and nothing happens. A claim that is
 * renewed meanwhile stays.
 * @param id of the handle's stream
 */
export async function freeUnusedHandle(
  { store, handleId }: HandleParts,
  { context, now }: Asking,
  accountId: string,
  id: string,
): Promise<void> {
  const { state: handle, revision } = await store.load(handles, id);
  if (handle.kind === 'free') return;
  const holder: Owner = { account_id: accountId, user_id: handle.user_id };
  const { state, revision: profileRevision } = await store.load(profile, streamOf(holder));
  const has = handleOf(state);
  if ((has !== null && handleId(accountId, has) === id) || (profileRevision ?? -1n) <= handle.basis) return;
  await unlessStale(() =>
    store.execute(handles, id, {
      ...{ id: uuidv7(), context, now, accountId, expectedRevision: revision },
      decide: (state) => releaseHandle(state, holder),
    }),
  );
}

/** The handle a person has; null without one. */
export const handleOf = ({ fields }: ProfileState): string | null => fields.handle ?? null;
