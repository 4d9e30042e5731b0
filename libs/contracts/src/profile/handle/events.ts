import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { profileFields } from '../document/schemas.js';
import { owner } from '../keys.js';

/** Revision that the profile must still have when it takes the handle, or lets it go; null for one without events. */
const profile_revision = z.number().int().nonnegative().nullable();

/** Streams of handles are named by account and keyed hash of the handle without case, so one append decides who has it. */
export const HandleClaimed = event('HandleClaimed', {
  category: 'handle',
  data: z.strictObject({
    ...owner,
    handle: profileFields.handle,
    claimed_at: z.iso.datetime(),
    profile_revision,
  }),
  subject: 'user_id',
  audit: { entity: 'Handle', action: 'INSERT', keys: ['account_id', 'user_id', 'claimed_at', 'profile_revision'] },
});

/** The holder is about to have another handle or none. Written first, so that the handle comes free whatever happens then. */
export const HandleReleaseBegun = event('HandleReleaseBegun', {
  category: 'handle',
  data: z.strictObject({ ...owner, profile_revision }),
  audit: { entity: 'Handle', action: 'UPDATE', keys: ['account_id', 'user_id', 'profile_revision'] },
});

export const HandleReleased = event('HandleReleased', {
  category: 'handle',
  data: z.strictObject(owner),
  audit: { entity: 'Handle', action: 'DELETE', keys: ['account_id', 'user_id'] },
});

/** Moves a profile on, so that a change which claimed a handle and then was not heard of again finds out and starts anew. */
export const HandleClaimGivenUp = event('HandleClaimGivenUp', {
  category: 'profile',
  data: z.strictObject(owner),
  audit: { entity: 'Profile', action: 'UPDATE', keys: ['account_id', 'user_id'] },
});

/** What happens to a handle. */
export type HandleEvent =
  EventOf<typeof HandleClaimed> | EventOf<typeof HandleReleaseBegun> | EventOf<typeof HandleReleased>;

export const handleEvents = [HandleClaimed, HandleReleaseBegun, HandleReleased, HandleClaimGivenUp] as const;
