import type { StandingEvent } from '@annals/contracts';
import { holdAt, type StandingState } from './standing.js';

interface Asked {
  account_id: string;
  user_id: string;
  /** Who places, releases, restricts or lifts. */
  by: string;
  now: string;
}

/**
 * Said again with other words or another end, the hold is as it was said last. One that has ended by itself is placed anew.
 * @returns nothing when it stands exactly so already
 */
export function decidePlace(
  { account_id, user_id, by, now, reason, until }: Asked & { reason: string; until: string | null },
  state: StandingState,
): StandingEvent[] {
  const present = holdAt(state, now);
  if (present?.reason === reason && present.until === until) return [];
  const data = { account_id, user_id, reason, placed_by_id: by, until, placed_at: now };
  return [{ type: 'LegalHoldPlaced', data }];
}

/** What has ended by itself needs no release. */
export function decideRelease({ account_id, user_id, by, now }: Asked, state: StandingState): StandingEvent[] {
  if (!holdAt(state, now)) return [];
  return [{ type: 'LegalHoldReleased', data: { account_id, user_id, released_by_id: by, released_at: now } }];
}

/** Restricts what is held about a person; said again with another reason, it is as it was said last. */
export function decideRestrict(
  { account_id, user_id, by, now, reason }: Asked & { reason: string },
  { restriction }: StandingState,
): StandingEvent[] {
  if (restriction?.reason === reason) return [];
  const data = { account_id, user_id, reason, restricted_by_id: by, restricted_at: now };
  return [{ type: 'ProcessingRestricted', data }];
}

export function decideLift({ account_id, user_id, by, now }: Asked, { restriction }: StandingState): StandingEvent[] {
  if (!restriction) return [];
  return [{ type: 'ProcessingRestrictionLifted', data: { account_id, user_id, lifted_by_id: by, lifted_at: now } }];
}
