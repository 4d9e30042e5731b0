import { type HandleEvent, Problem } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import type { Owner } from '../owner.js';

/** Who has a handle in an account. The stream is named by its keyed hash, so its next revision decides. */
export type Handle =
  | { kind: 'free' }
  | {
      kind: 'claimed';
      user_id: string;
      /** Revision of the profile that the claim, or its release, was begun for; -1 for one without events. */
      basis: bigint;
    };

const basisOf = (revision: number | null) => BigInt(revision ?? -1);

function evolve(handle: Handle, event: HandleEvent): Handle {
  switch (event.type) {
    case 'HandleClaimed':
      return { kind: 'claimed', user_id: event.data.user_id, basis: basisOf(event.data.profile_revision) };
    case 'HandleReleaseBegun':
      return handle.kind === 'free' ? handle : { ...handle, basis: basisOf(event.data.profile_revision) };
    case 'HandleReleased':
      return { kind: 'free' };
  }
}

export const handles: Aggregate<Handle> = { category: 'handle', initial: { kind: 'free' }, evolve };

/** A person's change of their profile, which must still have the revision `basis` when it is written. */
export interface Change extends Owner {
  basis: bigint | null;
}

const revisionOf = ({ basis }: Change) => (basis === null ? null : Number(basis));

/**
 * Takes a handle for a person. Taken again by the same person it is written again: who is about to release it sees by the
 * revision that somebody counts on it anew.
 * @throws Problem 409 `handle-taken`
 */
export function takeHandle(handle: Handle, command: Change & { handle: string; now: string }): HandleEvent[] {
  const { account_id, user_id } = command;
  if (handle.kind === 'claimed' && handle.user_id !== user_id) {
    throw new Problem(409, 'handle-taken', 'Somebody else in this account has this handle', {
      fields: [{ path: 'handle', code: 'taken', message: 'is taken; choose another one' }],
    });
  }
  const data = { account_id, user_id, handle: command.handle, claimed_at: command.now };
  return [{ type: 'HandleClaimed', data: { ...data, profile_revision: revisionOf(command) } }];
}

/** Says that the holder is about to let go. What another person has is left alone. */
export function beginRelease(handle: Handle, change: Change): HandleEvent[] {
  const { account_id, user_id } = change;
  if (handle.kind === 'free' || handle.user_id !== user_id) return [];
  return [{ type: 'HandleReleaseBegun', data: { account_id, user_id, profile_revision: revisionOf(change) } }];
}

/** Gives a handle back. What another person has is left alone. */
export function releaseHandle(handle: Handle, { account_id, user_id }: Owner): HandleEvent[] {
  if (handle.kind === 'free' || handle.user_id !== user_id) return [];
  return [{ type: 'HandleReleased', data: { account_id, user_id } }];
}
