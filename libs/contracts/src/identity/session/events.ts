import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import type { ElevationEvent } from '../elevation/events.js';
import { personalAddress, personalDevice } from '../personal.js';
import { suspicionEvents, type SuspicionEvent } from './suspicions.js';

export const sessionEndReasons = [
  ...(['logout', 'terminated', 'refresh-reuse', 'user-disabled'] as const),
  /** The account allows fewer sessions than the person had in it. */
  'evicted',
  'password-changed',
  'user-deleted',
  'device-removed',
] as const;

export type SessionEndReason = (typeof sessionEndReasons)[number];

export const SessionStarted = event('SessionStarted', {
  category: 'session',
  subject: 'user_id',
  audit: { entity: 'Session', action: 'INSERT', keys: ['session_id', 'user_id'] },
  data: z.object({
    session_id: z.uuid(),
    user_id: z.uuid(),
    device_id: z.uuid(),
    device_name: personalDevice(),
    ip_address: personalAddress(),
    user_agent: personalDevice(),
    auth_methods: z.array(z.string()),
    /** After this moment the session is over whatever its activity. */
    expires_at: z.iso.datetime(),
  }),
});

export const SessionEnded = event('SessionEnded', {
  category: 'session',
  audit: { entity: 'Session', action: 'DELETE', keys: ['session_id', 'user_id'] },
  data: z.object({ session_id: z.uuid(), user_id: z.uuid(), reason: z.enum(sessionEndReasons) }),
});

/** The session asked for a token of another account. Tokens given out before keep theirs. */
export const AccountSwitched = event('AccountSwitched', {
  category: 'session',
  audit: { entity: 'Session', action: 'UPDATE', keys: ['session_id', 'user_id'] },
  data: z.object({ session_id: z.uuid(), user_id: z.uuid(), account_id: z.uuid() }),
});

export const sessionEvents = [SessionStarted, SessionEnded, AccountSwitched, ...suspicionEvents] as const;

export type SessionEvent =
  | EventOf<typeof SessionStarted>
  | EventOf<typeof SessionEnded>
  | EventOf<typeof AccountSwitched>
  | ElevationEvent
  | SuspicionEvent;
