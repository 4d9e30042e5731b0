import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

export const elevationEndReasons = ['ended', 'expired', 'session-ended'] as const;

const elevation = { elevation_id: z.uuid(), session_id: z.uuid(), user_id: z.uuid(), account_id: z.uuid() };
/**
 * Everything is a key: one session may go into several accounts, whose logs must not show what was said in another.
 * The reason stands in a column of its own.
 */
const keys = ['elevation_id', 'session_id', 'user_id', 'account_id', 'reason'] as const;

/** A super admin goes into an account with the rights of an ADMIN. Its metadata name that account, so it is in its log. */
export const ElevationStarted = event('ElevationStarted', {
  category: 'session',
  audit: { entity: 'Elevation', action: 'UPDATE', keys: [...keys, 'expires_at'] },
  data: z.object({ ...elevation, reason: z.string(), expires_at: z.iso.datetime() }),
});

export const ElevationEnded = event('ElevationEnded', {
  category: 'session',
  audit: { entity: 'Elevation', action: 'UPDATE', keys },
  data: z.object({ ...elevation, reason: z.enum(elevationEndReasons) }),
});

export const elevationEvents = [ElevationStarted, ElevationEnded] as const;

export type ElevationEvent = EventOf<(typeof elevationEvents)[number]>;
