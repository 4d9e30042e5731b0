import {
  Problem,
  type EventOf,
  type RefreshTokenReplayed,
  type SessionEndReason,
  type SessionEvent,
} from '@annals/contracts';
import type { Session } from './session.js';

type Replayed = EventOf<typeof RefreshTokenReplayed>['data'];

export interface EndSession {
  /** Whose session it must be: another person's is as unknown as one that never was. */
  user_id: string;
  reason: SessionEndReason;
  /** How a refresh token came twice, when that is why: a fact of its own. */
  replay?: Omit<Replayed, 'session_id' | 'user_id'>;
}

/** @throws Problem 404 `session-not-found` for an unknown session and for somebody else's */
export function endSession(session: Session, { user_id, reason, replay }: EndSession): SessionEvent[] {
  if (session.kind === 'unknown' || session.user_id !== user_id) {
    throw new Problem(404, 'session-not-found', 'There is no such session');
  }
  if (session.kind === 'ended') return [];
  const { session_id } = session;
  const ended = { type: 'SessionEnded', data: { session_id, user_id, reason } } as const;
  return replay ? [{ type: 'RefreshTokenReplayed', data: { session_id, user_id, ...replay } }, ended] : [ended];
}
